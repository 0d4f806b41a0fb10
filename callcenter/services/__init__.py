"""What the backend does, one noun a file."""
