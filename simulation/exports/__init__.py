"""What each system of the simulated company knows, written as its exports: one module a system, and what they share."""
