#pragma once

#include <cstdint>
#include <span>

#include <plstm/train/baselines/tanimoto_ridge.hpp>

namespace plstm {

/// The kernel of values with which regression has the least squared error on rows that it has not learnt from
/// (TanimotoFit::held_out), summed over the tasks. Candidates are the graphs alone, the product of both kernels, the sum,
/// and the mean of all three, at several lengths; the first at a tie.
///
/// Arguments are those of fit_tanimoto_ridge; `standardisation` has mean and scale of
/// the last values that count; what else it says is not read. At most 1000
/// graphs and 300 landmarks, drawn by the seed, and the 16 tasks with the most labels are asked. Throws as fit_tanimoto_ridge does. The bits do not depend on
/// the number of threads.
ValueKernel choose_value_kernel(const ValueKernel& standardisation, std::span<const GraphCounts> graphs,
                                const BesideGraphs& beside, const ConstMatrixMap<double>& targets,
                                const ConstMatrixMap<std::uint8_t>& present,
                                const TanimotoRidgeOptions& options = {},
                                std::span<const double> weights = {},
                                std::span<const std::int8_t> bounds = {});

/// The same of TanimotoRidge::descriptors. Candidates are the counts alone and sums of both kernels, from a quarter of the
/// descriptors to nothing but them, at several lengths. Sums have to save 5 % of the squared error, and up to 600
/// landmarks are asked. `options.kernel` stays as it is.
ValueKernel choose_descriptor_kernel(const ValueKernel& standardisation, std::span<const GraphCounts> graphs,
                                     const BesideGraphs& beside, const ConstMatrixMap<double>& targets,
                                     const ConstMatrixMap<std::uint8_t>& present,
                                     const TanimotoRidgeOptions& options = {},
                                     std::span<const double> weights = {},
                                     std::span<const std::int8_t> bounds = {});

}  // namespace plstm
