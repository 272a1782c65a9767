#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nanobind/nanobind.h>

#include <plstm/learn/fit.hpp>
#include <plstm/learn/recipe.hpp>

#include "supervisor.hpp"

namespace plstm::python {

/// What the Python estimators say of a training. What is absent is as recommended_settings() has it.
struct FitSettings {
  std::string preset = "default";
  std::optional<std::int32_t> members;
  std::optional<std::int64_t> epochs, batch_size, patience, width, heads, depth;
  std::optional<double> learning_rate, dropout, encoder_rate;
  double validation_fraction = 0.1;
  std::optional<std::vector<std::int64_t>> validation;  ///< rows that validate; the others are learnt from
  std::uint64_t seed = 0;
  std::int32_t threads = 0;
  bool companion = true, balance_classes = false;
  std::string loss, metric;  ///< empty: the default
  std::optional<double> loss_parameter;
  std::string precision = "float";
  std::string init_from;                 ///< model file or run folder; empty: random values
  std::vector<std::string> standardize;  ///< steps, of molecules
};

/// Whether a companion can stand beside networks that learn this.
bool suits_companion(const FitSettings& settings, const std::vector<Task>& tasks);

/// Throws ConfigError for names and numbers that mean nothing.
Recipe make_recipe(const FitSettings& settings, std::vector<Task> tasks,
                   std::shared_ptr<const TrainedModel> start);

/// fit() as a Supervisor wants it. `rows` are the numbers that the user has for the graphs, ascending; empty: their own.
Predictor fit_supervised(const LabeledGraphs& data, Recipe recipe, const FitSettings& settings,
                         const std::vector<std::int64_t>& rows, Supervisor& supervisor);

/// FitSettings and Task.
void bind_settings(nanobind::module_& module);

}  // namespace plstm::python
