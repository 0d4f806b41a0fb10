"""Documents to print and to calculate with; in Indonesian, as offices file them."""
