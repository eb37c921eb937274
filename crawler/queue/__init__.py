"""What to fetch next, durable: addresses, clocks, the scheduler that asks, and what a killed crawl left."""
