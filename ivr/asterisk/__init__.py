"""Asterisk: FastAGI for the callers' turns, the manager for everything else."""
