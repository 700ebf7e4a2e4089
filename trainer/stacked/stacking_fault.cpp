// Known from the study file, before anything is loaded.
#include "trainer/stacked/stacking_fault.hpp"

#include "trainer/models/families.hpp"
#include "trainer/models/place_module.hpp"

namespace antigrad::trainer {

std::string stacking_fault(const Task& task) {
  if (task.problem.kind != ProblemSpec::Kind::supervised) return "a game has two players";
  if (task.clients.count > 0) return "its gradients come from clients";
  if (task.optimiser.searches())
    return "a line search draws as many batches as each candidate needs";
  if (family_of(task.model.type).input == Family::Input::graph)
    return "networks on graphs are not stacked";
  for (const auto& [place, text] : task.model.activations)
    if (const auto module = module_named(text); module && is_radial(*module))
      return "radial functions are not stacked";
  return "";
}

}  // namespace antigrad::trainer
