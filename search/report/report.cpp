// The sections in their order.
#include "search/report/report.hpp"

#include "search/report/report_front.hpp"
#include "search/report/report_page.hpp"

namespace antigrad::search {

const trainer::KernelCost* Costs::find(const std::string& activation) const {
  const auto found = by_activation.find(activation);
  return found == by_activation.end() ? nullptr : &found->second;
}

std::string report_sections(const Summary& summary, const Costs& costs) {
  const report::Page page = report::make_page(summary, costs);
  return report::functions_section(page) + report::curves_section(page) +
         report::progress_section(page) + report::front_section(page) +
         report::trials_section(page);
}

}  // namespace antigrad::search
