// Numbers of a trained network that stand in its trial beside the learning curve, so that claims
// and reports can compare them over seeds.
#pragma once
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/measure/study_keys.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {

/// Of the averaged weights, as `measure:` asks: activations gives "dead units" and "effective
/// rank", sparsity gives "sparsity" (CETT 0.2), each the mean over the layers on the first
/// validation batch. Each level c of `cett` gives "sparsity at c", and "loss at c": the validation
/// loss when every layer leaves out the neurons below the threshold that c sets on the first
/// validation batch (arXiv 2402.03804, section 3). NaN where a value is not finite; none where the
/// network has no such layer, and for graphs, whose feed-forward layers mix nodes. Of a game the
/// mean is over the activations of both players. Changes nothing of what follows.
std::vector<Figure> figures_of(const MeasureSpec& spec, const Dataset& data, Run& run);

}  // namespace antigrad::trainer
