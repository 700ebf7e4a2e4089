"""What Python programs need of antigrad: antigrad.optuna stores Optuna's studies in `antigrad serve`."""
