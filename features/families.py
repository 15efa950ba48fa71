"""The families of features: of each its unit, its direction, what it counts and what it says.

Behaviour, habits and all the rest that is summed up over a customer's invoices leaves the observed
invoice out, and counts only what was known by the close of as_of. Paid, and so an outcome, is
what stands then as paid; days late are kept within -60 and 365. NaN means no evidence.
"""

from features.feature import features_of

TERMS = features_of(
    "terms",
    """
    terms_days days 0 from issue to due date
        terms of {value}
        échéance à {value}
    terms_over_agreed_days days_longer 0 terms less the terms_days agreed on with the customer
        terms {value} than agreed
        échéance {value} que convenu
    discount_pct count 0 discount for early payment, per cent
        a discount of {value} %
        escompte de {value} %
    discount_days_left days 0 from as_of to the last day of the discount; negative once it is over
        {value} left to take the discount
        encore {value} pour profiter de l'escompte
    drawn_by_seller flag 0 1 if paid by direct debit, card, bill or in advance, 0 if otherwise
        money drawn by us (direct debit, card, bill): {value}
        règlement à notre initiative (prélèvement, carte, effet) : {value}
    """,
)

CALENDAR = features_of(
    "calendar",
    """
    due_weekday weekday 0 weekday of the due date
        due on a {value}
        échéance un {value}
    due_month_day day_of_month 0 day of the month of the due date
        due on day {value} of the month
        échéance le {value} du mois
    due_days_to_month_end days 0 from the due date to the last day of its month
        due {value} before the end of the month
        échéance {value} avant la fin du mois
    issue_weekday weekday 0 weekday of issue
        issued on a {value}
        facture émise un {value}
    """,
)

AMOUNT = features_of(
    "amount",
    """
    amount money 0 amount, at the latest rate known when the invoice was
        an amount of {value}
        montant de {value}
    """,
)

USUAL = features_of(
    "usual",
    """
    amount_ratio ratio 0 amount over the geometric mean of the customer's other invoices
        {value} times the customer's usual amount
        {value} fois le montant habituel du client
    terms_change_days days_longer 0 terms less the mean terms of the customer's other invoices
        terms {value} than the customer's usual
        échéance {value} que d'habitude
    """,
)

AGE = features_of(
    "age",
    """
    days_since_issue days 0 from issue to as_of
        issued {value} ago
        émise il y a {value}
    days_past_due days + from the due date to as_of; negative before it
        {value} past due
        échue depuis {value}
    paid_share share 0 share of the amount that is cleared by as_of
        {value} of it already cleared
        déjà soldée à {value}
    """,
)

BEHAVIOUR = features_of(
    "behaviour",
    """
    outcomes count 0 invoices paid
        invoices paid so far: {value}
        factures payées à ce jour : {value}
    days_late_mean days_late + mean days late
        paid {value} on average
        paie avec {value} en moyenne
    days_late_median days_late > lower median of days late
        paid {value} in the middle case
        paie avec {value} dans le cas médian
    days_late_p90 days_late + least days late that nine in ten invoices did not exceed
        nine invoices in ten paid {value} or sooner
        neuf factures sur dix payées avec {value} ou plus tôt
    days_late_worst days_late + most days late
        at worst paid {value}
        au pire {value}
    days_late_quartiles days 0 upper less lower quartile of days late
        the middle half of payments spreads over {value}
        la moitié centrale des paiements s'étale sur {value}
    days_late_spread days 0 standard deviation of days late (n - 1)
        days late scatter by {value}
        retards dispersés de {value}
    days_late_weighted days_late > mean days late weighted by amount
        paid {value} on average, large invoices weighing more
        paie avec {value} en moyenne, pondérée par les montants
    late_share share > share paid more than the days of grace late
        {value} of invoices paid late
        {value} des factures payées en retard
    early_share share < share paid before the due date
        {value} of invoices paid early
        {value} des factures payées en avance
    on_day_share share 0 share paid on the due date
        {value} of invoices paid on the due date
        {value} des factures payées le jour de l'échéance
    over_30_share share + share paid more than 30 days late
        {value} of invoices paid more than 30 days late
        {value} des factures payées avec plus de 30 jours de retard
    days_to_pay_mean days 0 mean days from issue to payment
        paid {value} after issue on average
        paie {value} après l'émission en moyenne
    days_late_implied days_late > mean days from issue to payment less the terms of this invoice
        its usual time to pay would be {value} at these terms
        son délai habituel donnerait {value} à cette échéance
    days_late_last_1 days_late > days late of the last invoice known to be paid
        paid {value} last time
        {value} au dernier paiement
    days_late_last_2 days_late > days late of the one before
        paid {value} the time before last
        {value} à l'avant-dernier paiement
    days_late_last_3 days_late > days late of the third last
        paid {value} three payments ago
        {value} trois paiements plus tôt
    days_late_last_4 days_late > days late of the fourth last
        paid {value} four payments ago
        {value} quatre paiements plus tôt
    days_late_last_5 days_late > days late of the fifth last
        paid {value} five payments ago
        {value} cinq paiements plus tôt
    days_late_last_lowest days_late > least days late of the last five
        at best paid {value} in the last five
        au mieux {value} sur les cinq derniers
    days_late_last_median days_late > lower median of the last five
        paid {value} in the middle of the last five
        {value} au milieu des cinq derniers
    days_late_last_highest days_late > most days late of the last five
        at worst paid {value} in the last five
        au pire {value} sur les cinq derniers
    outcomes_30d count 0 invoices that became known as paid in 30 days
        invoices paid in the last 30 days: {value}
        factures payées sur 30 jours : {value}
    outcomes_90d count 0 invoices that became known as paid in 90 days
        invoices paid in the last 90 days: {value}
        factures payées sur 90 jours : {value}
    outcomes_180d count 0 invoices that became known as paid in 180 days
        invoices paid in the last 180 days: {value}
        factures payées sur 180 jours : {value}
    outcomes_365d count 0 invoices that became known as paid in 365 days
        invoices paid in the last 365 days: {value}
        factures payées sur 365 jours : {value}
    days_late_mean_30d days_late > mean days late of outcomes_30d
        paid {value} on average over the last 30 days
        paie avec {value} en moyenne sur 30 jours
    days_late_mean_90d days_late > mean days late of outcomes_90d
        paid {value} on average over the last 90 days
        paie avec {value} en moyenne sur 90 jours
    days_late_mean_180d days_late > mean days late of outcomes_180d
        paid {value} on average over the last 180 days
        paie avec {value} en moyenne sur 180 jours
    days_late_mean_365d days_late > mean days late of outcomes_365d
        paid {value} on average over the last 365 days
        paie avec {value} en moyenne sur 365 jours
    late_share_30d share > share of outcomes_30d paid late
        {value} of invoices paid late over the last 30 days
        {value} des factures payées en retard sur 30 jours
    late_share_90d share > share of outcomes_90d paid late
        {value} of invoices paid late over the last 90 days
        {value} des factures payées en retard sur 90 jours
    late_share_180d share > share of outcomes_180d paid late
        {value} of invoices paid late over the last 180 days
        {value} des factures payées en retard sur 180 jours
    late_share_365d share > share of outcomes_365d paid late
        {value} of invoices paid late over the last 365 days
        {value} des factures payées en retard sur 365 jours
    days_late_decayed_15d days_late > mean days late, weights halving every 15 days
        paid {value} on average, mostly in the last month
        {value} en moyenne, surtout le dernier mois
    days_late_decayed_60d days_late > mean days late, weights halving every 60 days
        paid {value} on average, mostly in the last four months
        {value} en moyenne, surtout les quatre derniers mois
    days_late_decayed_180d days_late > mean days late, weights halving every 180 days
        paid {value} on average, mostly in the last year
        {value} en moyenne, surtout la dernière année
    late_share_decayed_15d share > share paid late, weights halving every 15 days
        {value} of invoices paid late, mostly in the last month
        {value} des factures payées en retard, surtout le dernier mois
    late_share_decayed_60d share > share paid late, weights halving every 60 days
        {value} of invoices paid late, mostly in the last four months
        {value} des factures payées en retard, surtout les quatre derniers mois
    late_share_decayed_180d share > share paid late, weights halving every 180 days
        {value} of invoices paid late, mostly in the last year
        {value} des factures payées en retard, surtout la dernière année
    days_late_trend days_later > days_late_decayed_15d less days_late_decayed_180d
        paid {value} of late than over the year
        paie {value} ces temps-ci que sur l'année
    days_late_like_terms days_late > mean days late at terms that differ by at most two days
        paid {value} on average at like terms
        {value} en moyenne à échéance semblable
    days_late_like_amount days_late > mean days late at amounts within a factor of about 1.5
        paid {value} on average at like amounts
        {value} en moyenne à montant semblable
    days_late_same_weekday days_late > mean days late of invoices due on the same weekday
        paid {value} on average when due on this weekday
        {value} en moyenne pour ce jour d'échéance
    outcomes_same_weekday count 0 invoices paid that were due on the same weekday
        invoices due on this weekday paid so far: {value}
        factures échues ce jour de semaine payées à ce jour : {value}
    """,
)

HABITS = features_of(
    "habits",
    """
    due_weekday_share share 0 share of a year's payments made on the weekday of the due date
        {value} of payments made on the weekday it is due
        {value} des paiements le jour de semaine de l'échéance
    due_month_day_share share 0 share of a year's payments made on its day of the month
        {value} of payments made on the day of the month it is due
        {value} des paiements le quantième de l'échéance
    days_to_payment_weekday days 0 mean wait for the weekdays of a year's payments
        {value} from the due date to the weekdays it pays on
        {value} de l'échéance à ses jours de paiement
    days_to_payment_month_day days 0 wait for the most frequent day of the month of its payments
        {value} from the due date to its usual day of the month
        {value} de l'échéance à son quantième habituel
    days_to_payment_run days 0 wait for the next run, if runs go on payment_gap_days apart
        {value} from the due date to its next likely payment run
        {value} de l'échéance à son prochain règlement probable
    payment_weekday_top_share share 0 share of a year's payments made on the most frequent weekday
        {value} of payments made on its favourite weekday
        {value} des paiements le même jour de semaine
    payment_month_day_top_share share 0 share made on the most frequent day of the month
        {value} of payments made on its favourite day of the month
        {value} des paiements le même quantième
    payment_month_end_share share 0 share made on the last three days of a month
        {value} of payments made at the end of the month
        {value} des paiements en fin de mois
    payment_run_items count 0 invoices paid a run; mean of the last twelve days with a payment
        invoices paid at a time: {value}
        factures payées à la fois : {value}
    payment_gap_days days 0 lower median of the days between the last twelve runs
        {value} between payments
        {value} entre deux règlements
    payment_gap_longest_days days 0 longest time between the last twelve runs
        up to {value} between payments
        jusqu'à {value} entre deux règlements
    days_since_payment days 0 from the last run to as_of
        last payment {value} ago
        dernier règlement il y a {value}
    """,
)

OPEN_ITEMS = features_of(
    "open items",
    """
    open_items count 0 other invoices that are open
        other open items: {value}
        autres factures ouvertes : {value}
    open_amount money 0 what is left of them
        {value} open in other items
        {value} d'encours par ailleurs
    overdue_items count 0 other open invoices more than the days of grace past due
        other items overdue: {value}
        autres factures échues : {value}
    overdue_amount money 0 what is left of them
        {value} overdue in other items
        {value} d'échu par ailleurs
    overdue_share share + overdue_amount over open_amount
        {value} of the other open amount overdue
        {value} du reste de l'encours échu
    overdue_days_mean days + mean days past due of overdue_items
        other overdue items {value} past due on average
        autres factures échues depuis {value} en moyenne
    overdue_days_oldest days + most days past due of overdue_items
        oldest other item {value} past due
        plus ancienne autre facture échue depuis {value}
    overdue_days_newest days 0 least days past due of overdue_items
        newest other overdue item {value} past due
        plus récente autre facture échue depuis {value}
    due_soon_items count 0 other open invoices due in (as_of, as_of + 7]
        other items due within 7 days: {value}
        autres factures à échoir sous 7 jours : {value}
    due_soon_amount money 0 what is left of them
        {value} due within 7 days in other items
        {value} à échoir sous 7 jours par ailleurs
    limit_use share + open amount, this invoice included, over the credit_limit of the day
        {value} of the credit limit used
        plafond de crédit utilisé à {value}
    part_paid_items count 0 other open invoices for which cash was received
        other open items paid in part: {value}
        autres factures payées en partie : {value}
    """,
)

SIBLINGS = features_of(
    "siblings",
    """
    same_day_items count 0 other invoices that became known on the same day
        other invoices issued the same day: {value}
        autres factures émises le même jour : {value}
    same_due_items count 0 other invoices known that fall due on the same day
        other invoices due the same day: {value}
        autres factures de même échéance : {value}
    same_due_paid_share share 0 share of same_due_items that is paid
        {value} of the others due that day already paid
        {value} des autres de même échéance déjà payées
    same_week_items count 0 other invoices known that fall due from the same Monday to Sunday
        other invoices due the same week: {value}
        autres factures échéant la même semaine : {value}
    same_week_paid_share share 0 share of same_week_items that is paid
        {value} of the others due that week already paid
        {value} des autres échéant cette semaine déjà payées
    paid_ahead_days days_after 0 from the due date to the latest of the last five invoices paid
        of the last five paid the latest was due {value} this one
        des cinq dernières payées la plus tardive échéait {value} celle-ci
    """,
)

INCIDENTS = features_of(
    "incidents",
    """
    disputed flag 0 1 while the invoice is in dispute, else 0
        in dispute: {value}
        en litige : {value}
    open_disputes count 0 open disputes of other invoices
        open disputes of other invoices: {value}
        litiges ouverts sur d'autres factures : {value}
    disputes_per_invoice ratio 0 disputes of other invoices over their number
        {value} disputes per invoice so far
        {value} litige par facture à ce jour
    credit_notes_per_invoice ratio 0 credit notes over the number of other invoices
        {value} credit notes per invoice so far
        {value} avoir par facture à ce jour
    days_to_promise days 0 to the next promised day of a live promise about it, or about none
        payment promised in {value}
        paiement promis dans {value}
    kept_promise_share share - share of promises judged that was kept
        {value} of promises kept
        {value} des promesses tenues
    broken_promises_365d count + promises judged broken in 365 days
        promises broken in a year: {value}
        promesses rompues en un an : {value}
    returned_payments_365d count + payments returned in 365 days
        payments returned in a year: {value}
        paiements rejetés en un an : {value}
    part_paid_share share 0 share of other invoices ever open at the close of a day with cash for it
        {value} of other invoices paid in parts
        {value} des autres factures payées en plusieurs fois
    written_off_items count + other invoices written off
        other invoices written off: {value}
        autres factures passées en perte : {value}
    """,
)

RELATION = features_of(
    "relation",
    """
    tenure_days days - since the first of the other invoices became known, at most 365
        customer for {value}
        client depuis {value}
    days_since_invoice days 0 since the last of the other invoices became known
        previous invoice {value} ago
        facture précédente il y a {value}
    invoices count 0 other invoices, at most 50
        other invoices so far: {value}
        autres factures à ce jour : {value}
    invoices_90d count 0 other invoices that became known in 90 days
        other invoices in the last 90 days: {value}
        autres factures sur 90 jours : {value}
    billing_growth ratio 0 amount of invoices_90d over that of the 90 days before
        billing of 90 days {value} times that of the 90 before
        facturation de 90 jours {value} fois celle des 90 précédents
    on_hold flag + 1 while the customer's status is not active, else 0
        account on hold: {value}
        compte bloqué : {value}
    """,
)

PORTFOLIO = features_of(
    "portfolio",
    """
    portfolio_late_share_30d share > share of all invoices judged in 30 days that was late
        {value} of all invoices late over the last 30 days
        {value} de toutes les factures en retard sur 30 jours
    portfolio_late_share_90d share > share of all invoices judged in 90 days that was late
        {value} of all invoices late over the last 90 days
        {value} de toutes les factures en retard sur 90 jours
    portfolio_late_share_365d share > share of all invoices judged in 365 days that was late
        {value} of all invoices late over the last 365 days
        {value} de toutes les factures en retard sur 365 jours
    portfolio_days_late_90d days_late > mean days late of all invoices mature in 90 days
        all invoices paid {value} on average over 90 days
        toutes les factures avec {value} en moyenne sur 90 jours
    portfolio_days_late_365d days_late > mean days late of all invoices mature in 365 days
        all invoices paid {value} on average over 365 days
        toutes les factures avec {value} en moyenne sur 365 jours
    country_late_share_365d share > the same share in the customer's country
        {value} of invoices in the country late over 365 days
        {value} des factures du pays en retard sur 365 jours
    country_days_late_365d days_late > the same mean in the customer's country, if declared constant
        invoices in the country paid {value} on average over 365 days
        factures du pays avec {value} en moyenne sur 365 jours
    segment_late_share_365d share > the same share in the segment of the day
        {value} of invoices in the segment late over 365 days
        {value} des factures du segment en retard sur 365 jours
    segment_days_late_365d days_late > the same mean in the segment of the day
        invoices in the segment paid {value} on average over 365 days
        factures du segment avec {value} en moyenne sur 365 jours
    parent_late_share_365d share > the same share among the companies of the parent
        {value} of invoices of its group late over 365 days
        {value} des factures de son groupe en retard sur 365 jours
    parent_days_late_365d days_late > the same mean in its group, if the parent is declared constant
        invoices of its group paid {value} on average over 365 days
        factures de son groupe avec {value} en moyenne sur 365 jours
    late_share_shrunk share + share late of outcomes and overdue items, shrunk towards its groups
        {value} of invoices expected late from its own record and its peers'
        {value} des factures attendues en retard, vu son passé et ses pairs
    days_late_shrunk days_late + mean days late of outcomes and overdue items, shrunk alike
        {value} expected from its own record and its peers'
        {value} attendus, vu son passé et ses pairs
    """,
)

INTERVAL = features_of(
    "interval",
    """
    interval_end days 0 from the due date to the last day of the interval
        {value} past due
        {value} après l'échéance
    interval_days days 0 days of the interval
        an interval of {value}
        intervalle de {value}
    interval_weekday weekday 0 weekday of an interval of one day
        on a {value}
        un {value}
    interval_month_day day_of_month 0 day of the month of its last day, up to a week
        on day {value} of the month
        le {value} du mois
    interval_days_to_month_end days 0 from its last day to the end of the month, up to a week
        {value} before the end of the month
        {value} avant la fin du mois
    interval_weekday_share share 0 share of a year's payments on such weekdays, mean over its days
        {value} of payments made on such a weekday
        {value} des paiements un tel jour de semaine
    interval_month_day_share share 0 share on such days of the month, mean over its days
        {value} of payments made on such a day of the month
        {value} des paiements un tel quantième
    interval_holds_discount flag 0 1 if the last day of the discount is among its days, else 0
        last day of the discount: {value}
        dernier jour de l'escompte : {value}
    interval_days_since_as_of days 0 from as_of to its last day
        {value} from today
        dans {value}
    interval_after_days_late_shrunk days 0 interval_end less days_late_shrunk
        ends {value} after the delay expected of it
        finit {value} après le retard attendu
    interval_after_days_late_median days 0 interval_end less days_late_median
        ends {value} after its middle delay
        finit {value} après son retard médian
    interval_after_days_late_decayed_60d days 0 interval_end less days_late_decayed_60d
        ends {value} after its recent delay
        finit {value} après son retard récent
    interval_after_days_late_last_1 days 0 interval_end less days_late_last_1
        ends {value} after its last delay
        finit {value} après son dernier retard
    interval_after_days_late_p90 days 0 interval_end less days_late_p90
        ends {value} after its longer delays
        finit {value} après ses plus longs retards
    interval_after_days_late_same_weekday days 0 interval_end less days_late_same_weekday
        ends {value} after its delay on such a weekday
        finit {value} après son retard pour ce jour de semaine
    """,
    scope="interval",
)
