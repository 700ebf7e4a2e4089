// What a C header holds to test itself: main() under NAME_TEST.
#pragma once
#include <string>

#include "kernels/export/c_names.hpp"
#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

/// "static const double NAME_x[] = {...};" and NAME_gy, NAME_y, NAME_gx, NAME_gtheta; of several
/// places a row each.
std::string c_samples(const Subject& subject, const std::string& prefix);

std::string c_test(const Subject& subject, const CNames& names);

}  // namespace antigrad::kernels
