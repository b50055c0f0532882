"""What finds vehicles and number plates."""
