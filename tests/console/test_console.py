"""The console as people use it, in a real browser, before a real service."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.console.browsing import HOSTILE, NARROW, VIEWS, Desk, Visit, visiting

TITLE = " \N{EN DASH} duecast"
REFUSED = "401 (Unauthorized)"
FORBIDDEN = "403 (Forbidden)"
CUT_OFF = "net::ERR_FAILED"
NOT_VALID = "422 (Unprocessable"


def sign_in(page: Page, key: str) -> None:
    page.get_by_label("Your key").fill(key)
    page.keyboard.press("Enter")


def log_a_promise(page: Page, amount: str, note: str) -> None:
    page.get_by_label("How required").select_option("call")
    page.get_by_label("What came of it required").select_option("promise")
    page.get_by_label("Will pay by").fill((date.today() + timedelta(days=7)).isoformat())
    page.get_by_label("Amount", exact=True).fill(amount)
    page.get_by_label("Note").fill(note)


def test_somebody_signs_in_and_out(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, None, REFUSED) as visit:
        page = visit.open("")
        expect(page).to_have_title(f"Sign in{TITLE}")
        sign_in(page, "dk_000000000000_" + "0" * 48)
        expect(page.get_by_role("alert")).to_contain_text("This key does not count")
        sign_in(page, desk.key("analyst"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
        expect(page.locator(".who")).to_contain_text("tests, analyst")
        kept = "document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"
        assert not re.search(r"d[ks]_", page.evaluate(kept) + page.url)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
        page.get_by_role("link", name="Alerts").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Your key")).to_be_focused()
        assert visit.context.cookies() == []
        page.go_back()
        expect(page.get_by_label("Your key")).to_be_visible()
        assert page.locator("main a").count() == 0


def test_a_collector_works_from_the_list_to_a_promise(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, "collector", NOT_VALID) as visit:
        page = visit.open("worklist")
        shown = page.locator("tbody th a")
        own = [href.rsplit("/", 1)[1] for href in hrefs(shown)]
        assert own == desk.customers[desk.collector][: len(own)]
        assert page.get_by_label("Collector").count() == 0
        shown.first.click()
        visit.there()
        assert page.url.endswith(f"#/customers/{own[0]}")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        log_a_promise(page, "12.345", HOSTILE)
        page.get_by_role("button", name="Store").click()
        amount = page.get_by_label("Amount", exact=True)
        expect(page.get_by_text("Nothing was stored.")).to_be_visible()
        expect(page.locator(".flaw[data-at=promise]")).to_contain_text("12.345")
        amount.fill("1,234.50")
        page.get_by_role("button", name="Store").click()
        expect(page.get_by_role("status")).to_contain_text("The contact is stored.")
        history = page.locator("#contacts")
        expect(history.get_by_text(re.compile(r"Promised \S+1,234\.50 by"))).to_be_visible()
        expect(history.get_by_text("Call: Promise to pay").first).to_be_visible()
        expect(history.get_by_text(HOSTILE)).to_be_visible()
        expect(page.get_by_label("Note")).to_have_value("")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")


def hrefs(links: Any) -> list[str]:
    return [str(link.get_attribute("href")) for link in links.all()]


def test_what_is_missing_or_refused_is_said_at_the_field(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, "collector", NOT_VALID) as visit:
        page = visit.open(f"customers/{desk.customers[desk.collector][0]}")
        page.get_by_role("button", name="Store").click()
        for label in ("How", "What came of it"):
            field = page.get_by_label(f"{label} required")
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(page.locator(f"#{field.get_attribute('id')}-flaw")).not_to_be_empty()
        expect(page.get_by_label("How required")).to_be_focused()
        expect(page.get_by_label("Note")).not_to_have_attribute("aria-invalid", "true")
        log_a_promise(page, "10", "refused")
        page.get_by_label("Day of the contact").fill("2050-01-01")
        page.get_by_label("Will pay by").fill("2050-02-01")
        page.get_by_role("button", name="Store").click()
        flaw = page.locator("#field-contacted_on-flaw")
        expect(flaw).to_contain_text("which is still to come")
        expect(page.get_by_label("Day of the contact")).to_be_focused()


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("collector", ["Worklist", "Alerts", "Model"]),
        ("o2c", ["Order check", "Model"]),
        ("analyst", ["Worklist", "Alerts", "Portfolio", "Order check", "Model"]),
    ],
)
def test_each_role_finds_what_it_may_ask(
    browser: Browser, desk: Desk, role: str, names: list[str]
) -> None:
    with visiting(browser, desk, role) as visit:
        page = visit.open("")
        assert (
            page.get_by_role("navigation", name="duecast").get_by_role("link").all_inner_texts()
            == names
        )
        expect(page.get_by_role("heading", level=1)).to_have_text(names[0])
        if "Portfolio" not in names:
            expect(visit.open("portfolio").get_by_text("Your role may not")).to_be_visible()


def test_every_page_has_a_title_and_a_heading_and_fits_a_narrow_screen(
    browser: Browser, desk: Desk
) -> None:
    customer = f"customers/{desk.customers[desk.collector][0]}"
    with visiting(browser, desk, "admin", viewport=NARROW) as visit:
        for view in (*VIEWS, customer):
            page = visit.open(view)
            heading = page.get_by_role("heading", level=1).inner_text()
            assert page.title().startswith(heading) and page.title().endswith(TITLE)
            page.locator("details").evaluate_all("found => found.forEach(each => each.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], view
            assert page.evaluate(NAMELESS) == [], view


NAMELESS = """() => [...document.querySelectorAll("input, select, textarea, button, a")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.labels?.length || each.ariaLabel || each.textContent.trim()))
  .map((each) => each.outerHTML)"""
"""Controls that nobody who cannot see them could name."""


def test_names_of_customers_are_text_whatever_is_in_them(browser: Browser, desk: Desk) -> None:
    customer = desk.customers[desk.collector][0]
    with visiting(browser, desk, "admin") as visit:
        page = visit.open("worklist")
        expect(page.locator("tbody th a").first).to_have_text(HOSTILE)
        page = visit.open(f"customers/{customer}")
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        expect(page).to_have_title(f"{HOSTILE} ({customer}){TITLE}")
        assert page.locator("main img, main b, main script").count() == 0


def test_without_a_mouse_somebody_gets_from_signing_in_to_a_contact(
    browser: Browser, desk: Desk
) -> None:
    with visiting(browser, desk, None) as visit:
        page = visit.open("")
        page.keyboard.type(desk.key("collector"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        tab_to(page, "main tbody th a")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Log a contact")).to_be_visible()
        tab_to(page, "select[name=channel]")
        page.keyboard.type("E-mail")
        tab_to(page, "select[name=outcome]")
        page.keyboard.type("Reached")
        tab_to(page, "textarea[name=note]")
        page.keyboard.type("without a mouse")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("stored")
        made = page.locator("#contacts li").filter(has_text="without a mouse")
        expect(made).to_contain_text("E-mail: Reached")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{selector}')"):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def test_who_reads_french_is_spoken_to_in_french(browser: Browser, desk: Desk) -> None:
    customer = f"customers/{desk.customers[desk.collector][0]}"
    with visiting(browser, desk, "admin", locale="fr-FR") as visit:
        page = visit.open("worklist")
        expect(page.get_by_role("heading", level=1)).to_have_text("À traiter")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.locator("td.why").filter(has_text="contre").first).to_be_visible()
        expect(visit.open(customer).locator(".reasons li").first).to_contain_text("contre")
        page.get_by_label("Langue").select_option("en")
        expect(page.get_by_role("heading", name="Log a contact")).to_be_visible()
        expect(page.locator(".reasons li").first).to_contain_text("against")
        page.reload()
        expect(page.get_by_role("heading", name="Log a contact")).to_be_visible()


def test_who_has_to_sign_in_again_loses_neither_place_nor_words(
    browser: Browser, desk: Desk
) -> None:
    customer = f"customers/{desk.customers[desk.collector][1]}"
    with visiting(browser, desk, "collector", REFUSED) as visit:
        page = visit.open(customer)
        log_a_promise(page, "50", "all of this was typed")
        visit.spoil_session()
        page.get_by_role("button", name="Store").click()
        expect(page.get_by_role("dialog")).to_contain_text("Your session has ended")
        sign_in(page, desk.key("collector"))
        expect(page.get_by_role("status")).to_contain_text("The contact is stored.")
        expect(page.locator("#contacts")).to_contain_text("all of this was typed")
        visit.spoil_session()
        page.get_by_role("link", name="Alerts").click()
        sign_in(page, desk.key("collector"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")


def test_what_somebody_typed_is_not_stored_for_who_signs_in_next(
    browser: Browser, desk: Desk
) -> None:
    first, other = (desk.customers[who][0] for who in (desk.collector, desk.other_collector))
    with visiting(browser, desk, "collector", REFUSED, FORBIDDEN) as visit:
        page = visit.open(f"customers/{first}")
        type_until_the_session_ends(visit, "by the first")
        sign_in(page, desk.key("collector", desk.other_collector))
        expect(page.get_by_role("status")).to_contain_text("signed in with another key")
        expect(page.get_by_role("status")).to_contain_text("was not stored")
        expect(page.get_by_role("alert")).to_contain_text("The key may not ask this")
        visit.open(f"customers/{other}")
        expect(page.locator(".heading")).to_contain_text(other)
        type_until_the_session_ends(visit, "by the second")
        sign_in(page, desk.key("analyst"))
        expect(page.get_by_label("Note")).to_have_value("")
        expect(page.locator(".who")).to_contain_text("tests, analyst")
    for customer in (first, other):
        said = desk.service.client.get(f"/v1/customers/{customer}").text
        assert "by the first" not in said and "by the second" not in said


def type_until_the_session_ends(visit: Visit, note: str) -> None:
    log_a_promise(visit.page, "50", note)
    visit.spoil_session()
    visit.page.get_by_role("button", name="Store").click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("Your session has ended")


def test_who_could_not_be_signed_out_is_told_so_and_stays_signed_in(
    browser: Browser, desk: Desk
) -> None:
    with visiting(browser, desk, "analyst", REFUSED, CUT_OFF) as visit:
        page = visit.open("model")
        page.route("**/session", cut_off)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("status")).to_contain_text("You are still signed in")
        expect(page.get_by_role("heading", name="Model card")).to_be_visible()
        page.unroute("**/session")
        visit.spoil_session()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Your key")).to_be_focused()


def cut_off(route: Route) -> None:
    route.abort()


def test_another_language_drops_nothing_typed_unless_that_is_agreed_to(
    browser: Browser, desk: Desk
) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    with visiting(browser, desk, "collector") as visit:
        page = visit.open(f"customers/{desk.customers[desk.collector][0]}")
        page.once("dialog", refuse)
        page.get_by_label("Note").fill("half a")
        page.get_by_label("Language").select_option("fr")
        assert len(asked) == 1 and "will be lost" in asked[0]
        expect(page.get_by_label("Language")).to_have_value("en")
        expect(page.get_by_label("Note")).to_have_value("half a")
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_label("Language").select_option("fr")
        expect(page.get_by_label("Remarque")).to_have_value("")
        page.get_by_label("Langue").select_option("en")
        expect(page.get_by_label("Language")).to_have_value("en")


def test_who_may_not_read_contacts_sees_the_rest_of_a_customer(
    browser: Browser, desk: Desk
) -> None:
    with visiting(browser, desk, "o2c") as visit:
        page = visit.open(f"customers/{desk.customers[desk.collector][0]}")
        expect(page.get_by_role("heading", name="What it owes")).to_be_visible()
        assert page.locator("#contacts").count() == 0
        assert page.get_by_role("heading", name="Log a contact").count() == 0


def test_a_link_to_a_customer_leads_there_once_somebody_signed_in(
    browser: Browser, desk: Desk
) -> None:
    customer = desk.customers[desk.collector][0]
    with visiting(browser, desk, None) as visit:
        page = visit.open(f"customers/{customer}")
        sign_in(page, desk.key("analyst"))
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        page.get_by_label("Customer id").fill(f" {desk.customers[desk.collector][1]} ")
        page.keyboard.press("Enter")
        expect(page.locator(".heading")).to_contain_text(desk.customers[desk.collector][1])


def test_a_problem_is_shown_with_its_detail_and_the_id_of_the_request(
    browser: Browser, desk: Desk
) -> None:
    other = next(ids[0] for name, ids in desk.customers.items() if name != desk.collector)
    for role, place, status, said in (
        ("analyst", "customers/a%2Fb%3Fc", "404 (Not Found)", "The score run has no such customer"),
        ("collector", f"customers/{other}", FORBIDDEN, "The key may not ask this"),
    ):
        with visiting(browser, desk, role, status) as visit:
            alert = visit.open(place).get_by_role("alert")
            expect(alert).to_contain_text(said)
            expect(alert).to_contain_text(re.compile(r"Request [0-9a-f]{32}"))


def test_a_place_that_leads_nowhere_is_said_to_do_so(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, "analyst") as visit:
        for place in ("nowhere", "toString", "__proto__/C1"):
            expect(visit.open(place).get_by_text("There is no such page")).to_be_visible()
        for place in ("customers/..", "customers/%2E"):
            shown = visit.open(place).get_by_text("A browser cannot ask for the customer")
            expect(shown).to_be_visible()


def test_without_a_run_each_page_says_how_to_make_one(desk: Desk) -> None:
    assert len(desk.pages_without_a_run) == 4
    for shown in desk.pages_without_a_run.values():
        assert "There is no score run yet" in shown
        assert "duecast score" in shown or "duecast worklist" in shown


def test_the_worklist_is_explained_filtered_paged_and_taken_along(
    browser: Browser, desk: Desk
) -> None:
    client = desk.service.client
    everything = client.get("/v1/worklist", params={"format": "csv"}).content
    entry = next(
        entry
        for entry in client.get("/v1/worklist", params={"limit": 50}).json()["entries"]
        if entry["rules"][0].startswith("stage_") and "deduction" in entry["rules"]
    )
    with visiting(browser, desk, "analyst") as visit:
        page = visit.open("worklist")
        row = page.locator("tbody tr").filter(has_text=entry["customer_id"])
        expect(row.locator(".why .fine")).to_contain_text("A deduction is open.")
        with page.expect_download() as begun:
            page.get_by_role("link", name="CSV").click()
        assert begun.value.path().read_bytes() == everything
        page.get_by_label("Collector").fill(desk.collector)
        page.get_by_role("button", name="Show").click()
        own = desk.customers[desk.collector]
        expect(page.locator("tbody tr")).to_have_count(min(len(own), 50))
        page.get_by_label("Collector").fill("nobody at all")
        page.keyboard.press("Enter")
        expect(page.get_by_text("nobody at all")).to_be_visible()
        page.get_by_role("link", name="Show all").click()
        expect(page.locator("tbody tr").nth(len(own))).to_be_visible()


def test_the_portfolio_shows_the_figures_of_the_run(browser: Browser, desk: Desk) -> None:
    figures = desk.service.client.get("/v1/portfolio/kpis").json()["figures"]
    with visiting(browser, desk, "analyst") as visit:
        page = visit.open("portfolio")
        tile = page.locator(".tile").filter(has=page.get_by_text("DSO", exact=True))
        expect(tile).to_contain_text(f"{figures['dso_days']:.1f} days")
        expect(page.get_by_role("img", name="Expected cash")).to_be_visible()
        page.get_by_text("The same as a table").click()
        expect(page.get_by_role("table", name="Expected cash")).to_contain_text("Week of")


def test_an_order_is_checked_and_recorded(browser: Browser, desk: Desk) -> None:
    customer = desk.customers[desk.collector][0]
    with visiting(browser, desk, "o2c", NOT_VALID) as visit:
        page = visit.open(f"orders?customer={customer}")
        expect(page.get_by_text("Asking is recorded")).to_be_visible()
        page.get_by_label("Order number").fill("O-1")
        page.get_by_label("Currency").fill("eur")
        page.get_by_label("Amount, gross").fill("much")
        page.get_by_role("button", name="Check the order").click()
        expect(page.get_by_label("Amount, gross")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Amount, gross").fill("100")
        page.get_by_role("button", name="Check the order").click()
        expect(page.locator(".decision")).to_contain_text(re.compile("Approve|Refer|Hold"))
        expect(page.get_by_role("table", name="Rules")).to_contain_text("Value of the order")


def test_the_model_is_shown_with_its_card(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, "analyst") as visit:
        page = visit.open("model")
        expect(page.get_by_text("Version 1")).to_be_visible()
        expect(page.get_by_role("heading", name="Model card")).to_be_visible()


def test_who_comes_back_to_the_list_is_where_it_was_left(browser: Browser, desk: Desk) -> None:
    with visiting(browser, desk, "admin") as visit:
        page = visit.open("worklist")
        page.evaluate("scrollTo(0, 300)")
        page.wait_for_function("() => history.state?.scroll === 300")
        page.evaluate("document.querySelector('tbody th a').click()")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        assert page.evaluate("scrollY") == 0
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
        page.wait_for_function("() => scrollY === 300")
