// Two-way tables: activations by seeds, of learning curves and of figures made of them.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/evidence/estimator.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// Curves of one task: by activation, then seed. All are whole runs.
using CurveTable = std::map<std::string, std::map<std::uint64_t, std::vector<trainer::CurvePoint>>>;

using Curves = std::vector<std::vector<const std::vector<trainer::CurvePoint>*>>;
using Figures = std::vector<std::vector<double>>;  // [activation][seed]

/// The largest set of activations and seeds that is whole; refers to the table. Seeds are taken in
/// the order of how many activations have them. Empty with fewer than 3 activations or 2 seeds.
Curves whole_table(const CurveTable& table);

/// An estimator on runs cut at step `upto`, in units of the table's; NaN where a curve has no point
/// so early.
Figures figures_of(const Curves& curves, const EstimatorRow& row, int upto, int full);

/// Over seeds, by activation; of one seed; over all seeds but one.
std::vector<double> means(const Figures& figures);
std::vector<double> column(const Figures& f, std::size_t seed);
std::vector<double> others(const Figures& f, std::size_t seed);

/// Spearman's correlation of one seed's figure with the mean final one over the other seeds; mean
/// over seeds.
double rank_with(const Figures& figures, const Figures& final);

/// What a figure without noise would reach: two seeds agree with rank correlation r; a mean of n of
/// them has reliability n r / (1 + (n-1) r) (Spearman 1910, Brown 1910), and nothing correlates
/// with it better than its root.
double ceiling_of(const Figures& final);

}  // namespace antigrad::search
