"""What must never have happened, one module for each thing that is looked at."""
