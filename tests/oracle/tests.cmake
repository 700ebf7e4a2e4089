antigrad_oracle_test(journal_optuna journal_optuna.py)
antigrad_oracle_test(export_torch export_torch.py)
antigrad_oracle_test(zoo zoo.py)
antigrad_oracle_test(derive_python derive_python.py)
