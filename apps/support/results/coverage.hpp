#pragma once

#include <span>
#include <string>
#include <vector>

#include <plstm/learn/predictor.hpp>

namespace CLI {
class App;
}

namespace plstm::apps {

/// Adds --confidence.
void add_confidence_flag(CLI::App& app, double& confidence);

/// How often intervals and sets of classes held the measured value, a line for each target. The predictor is calibrated.
/// `samples` is what rows are called, as "molecules".
std::vector<std::string> coverage_lines(const Predictor& predictor, const Predictions& predictions,
                                        std::span<const double> measured, double confidence,
                                        const std::string& samples);

}  // namespace plstm::apps
