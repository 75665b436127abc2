"""What people look like, wear, hold and own."""
