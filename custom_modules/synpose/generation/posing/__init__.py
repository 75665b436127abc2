"""What bodies do: movements as data, and the poses they make at a desk or in the open."""
