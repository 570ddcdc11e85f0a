"""The parts of the page; each makes its elements once and is then shown every new view."""
