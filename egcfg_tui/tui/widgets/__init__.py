"""The parts of the screen. Each draws one piece of a `SolveView` and owns no logic of a solve."""
