"""What happened at the simulated company, as frames: catalogue, people, orders, stock, parcels, returns, money, service, marketing."""
