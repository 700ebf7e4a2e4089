// The front-end of optuna-dashboard, unmodified, from where its wheel is installed.
#pragma once
#include <string>

namespace antigrad::app {

/// The folder "optuna_dashboard" of the wheel: `asked`, else one that is found in the Python
/// environment $VIRTUAL_ENV or in the one of the oracle tests; "" when there is none. Throws
/// space::Error when `asked` holds no front-end.
std::string dashboard_folder(const std::string& asked);

}  // namespace antigrad::app
