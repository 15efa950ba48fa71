"""How models are made and judged: labels, fit, backtest, tracking, promotion, simulator."""
