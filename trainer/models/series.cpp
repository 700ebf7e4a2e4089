// Parts of a plan; nothing here has weights of its own.
#include "trainer/models/series.hpp"

#include <fmt/format.h>

namespace antigrad::trainer {

int add_series(Plan& plan, const Series& series, int a) {
  const auto part = [&](const char* kind, int number) {
    return fmt::format("{}_{}{}", series.name, kind, number);
  };
  int z = a;
  for (int i = 0; i < series.length; ++i) {
    z = plan.activation(part("activation", i), z, series.place);
    z = plan.affine(part("affine", i), z);
  }
  z = plan.activation(part("activation", series.length), z, series.place);
  if (series.length == 0) return z;
  const int channels = plan.shape(z).channels;
  z = plan.convolution(series.name + "_convolution", z, channels, 2 * series.length + 1, 1,
                       series.length, channels);
  return plan.batch_norm(series.name + "_norm", z);
}

}  // namespace antigrad::trainer
