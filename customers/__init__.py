"""One customer view: who is who, what she is worth, what she may like, and her rights."""
