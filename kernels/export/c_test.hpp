// What a C header holds to test itself: main() under NAME_TEST.
#pragma once
#include <string>

#include "kernels/export/c_names.hpp"
#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

std::string c_test(const Subject& subject, const CNames& names);

}  // namespace antigrad::kernels
