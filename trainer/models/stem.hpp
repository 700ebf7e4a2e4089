// The first layers of a network on images: how far they reduce the side before the first stage.
#pragma once
#include "space/yaml.hpp"
#include "trainer/models/plan.hpp"
#include "trainer/models/spec.hpp"

namespace antigrad::trainer {

/// One row a stem; the automatic one is the first whose images are as large as these.
struct StemRow {
  const char* name;
  ModelSpec::Stem stem;
  int side;  // of the images it is for, at most: 8, 16, 28, 32 -> small, 96 -> medium, 224 -> large
  int size, stride, padding;  // of its convolution
  bool pool;                  // 3x3 maxima, stride 2, after it
};

/// `stem:` of a model, automatic where there is none.
ModelSpec::Stem read_stem(const space::Yaml& node);
const StemRow& stem_of(const ModelSpec& spec, const InputShape& input);

/// Convolution "stem", batch normalisation "norm", activation "activation", and the maxima.
int add_stem(Plan& plan, int image, const StemRow& row, int width);

}  // namespace antigrad::trainer
