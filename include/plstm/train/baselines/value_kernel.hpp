#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plstm {

/// Values of a graph (AttributedGraph::graph_values), of which a kernel reads the last ones.
using GraphValues = std::span<const float>;

/// How alike graphs with values beside them (such as the temperature of a measurement) are, given the likeness t of the
/// graphs alone, which is a kernel with t = 1 for equal graphs:
///
///   of_graphs t + of_values r + of_both t r,    r = exp(-|u - u'|^2 / (2 W length^2)),    u: W standardised values
///
/// It is a kernel, as sums and products of kernels are, and 1 for equal graphs with equal values. A sum of both suits
/// values that act on all graphs alike, the product those that act on each graph in its own way. A missing value counts
/// as the mean.
struct ValueKernel {
  std::vector<double> mean, scale;  ///< [W] x -> (x - mean) / scale; W = 0: only the graphs count
  double of_graphs = 1, of_values = 0, of_both = 0;  ///< not negative, 1 together
  double length = 1;                                 ///< positive, in standard deviations

  std::size_t width() const { return mean.size(); }

  bool operator==(const ValueKernel&) const = default;
};

/// Throws ConfigError unless the shares are not negative and 1 together, the length is positive, and means and scales are
/// equally many finite numbers, scales not negative.
void check_value_kernel(const ValueKernel& kernel);

/// The values before the last `columns` ones: those that follow from the graph itself, as descriptors of a molecule do.
/// Throws ShapeError if there are fewer than that.
GraphValues values_of_graph(GraphValues values, std::size_t columns);

/// The last W of the values, standardised and not beyond -5 and 5, into `to` [W]. A value that is not finite and a column
/// of scale 0 become 0, as ValueScaling has it. Throws ShapeError if there are fewer, or for another size.
void standardize_values(const ValueKernel& kernel, GraphValues values, std::span<double> to);

/// r of two lists of W standardised values.
double likeness_of_values(const ValueKernel& kernel, std::span<const double> a, std::span<const double> b);

}  // namespace plstm
