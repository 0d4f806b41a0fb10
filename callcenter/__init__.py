"""The hotline's backend: calls, tickets, duty and the screens that show them."""

__version__ = "0.1.0"
