"""The independent slow oracle of the calculation core; README.md says what it is for."""
