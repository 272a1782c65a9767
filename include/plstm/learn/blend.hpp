#pragma once

#include <span>

#include <plstm/learn/row_labels.hpp>

namespace plstm {

/// Chooses the share of the second model in the mean (1 - share) first + share second of two predictions of the
/// validation rows, each [rows, outputs]: of 1/2, 1/4, 3/4, 0 and 1 the best one, the first at a tie.
///
/// Numbers and answers of yes or no are judged by the first of reported_metrics(). Classes are judged by the mean
/// logarithm of the right class's probability: accuracy on few rows is coarse, and it flatters a network whose epoch it
/// has chosen. 1/2 if no share can be judged. Throws ShapeError for predictions of another size.
float choose_blend_share(const RowLabels& labels, std::span<const std::int32_t> validation,
                         std::span<const float> first, std::span<const float> second);

/// (1 - share) first + share second. Throws ShapeError if the sizes differ.
std::vector<float> blend(std::span<const float> first, std::span<const float> second, float share);

/// The blend of what two models predict of a split, with the share that its validation rows choose. The epoch is that of
/// the first model; parameters and seconds are those of both.
HeldOut blend(const RowLabels& labels, const Split& split, const HeldOut& first, const HeldOut& second);

}  // namespace plstm
