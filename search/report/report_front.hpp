// The section of a report on several objectives.
#pragma once
#include <string>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {

/// The front and its hypervolume; "" with quality alone or before a trial is complete.
std::string front_section(const Page& page);

}  // namespace antigrad::search::report
