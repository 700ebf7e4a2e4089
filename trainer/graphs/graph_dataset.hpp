// A graph as a dataset: every batch is all of its nodes.
#pragma once
#include <memory>

#include "trainer/dataset.hpp"

namespace antigrad::trainer {

/// Features are scaled to sum 1 at each node (arXiv 1609.02907); targets of nodes outside a part
/// are kNotAsked. Test labels stay sealed. Throws space::Error for wrong files and for a part
/// without nodes.
std::shared_ptr<const Dataset> load_graph_dataset(const DataSpec& data);

}  // namespace antigrad::trainer
