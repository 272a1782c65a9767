#include "settings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/core/error.hpp>
#include <plstm/core/precision.hpp>
#include <plstm/nn/graphs/graph_body.hpp>

namespace plstm::python {
namespace {

namespace nb = nanobind;

bool has_classes(const std::vector<Task>& tasks) {
  return std::ranges::any_of(tasks, [](const Task& task) { return task.type == TaskType::kMulticlass; });
}

// Not the median. A companion predicts means.
bool learns_other_quantile(const FitSettings& settings) {
  return settings.loss == name(LossKind::kQuantile) && settings.loss_parameter.value_or(0.5) != 0.5;
}

// A loss of targets of several kinds is that of those that it fits.
LossKind fitting_loss(const std::string& text, const std::vector<Task>& tasks) {
  const LossKind kind = parse_loss(text);
  const auto fits = [&](const Task& task) {
    const std::span<const LossKind> fitting = fitting_losses(task.type);
    return std::ranges::find(fitting, kind) != fitting.end();
  };
  if (std::ranges::none_of(tasks, fits)) {
    std::string names;
    for (const LossKind each : fitting_losses(tasks.front().type)) names += fmt::format(" {}", name(each));
    throw ConfigError(fmt::format("loss {} means nothing for targets of {}; choose one of{}", text,
                                  name(tasks.front().type), names));
  }
  return kind;
}

void change(const FitSettings& from, const std::vector<Task>& tasks, Settings& to) {
  if (from.patience) to.training.patience = *from.patience;
  if (from.heads) stm_body(to.model).heads = *from.heads;
  if (from.depth) stm_body(to.model).blocks = pd_blocks(*from.depth);
  if (from.dropout) to.model.dropout = *from.dropout;
  if (from.encoder_rate) to.encoder_rate = *from.encoder_rate;
  to.companion = to.companion && from.companion;
  to.balance_classes = from.balance_classes;
  to.training.precision = parse_precision(from.precision);
  if (!from.loss.empty()) {
    to.training.loss = objective_of(tasks, fitting_loss(from.loss, tasks), from.loss_parameter);
  } else if (from.loss_parameter) {
    throw ConfigError("loss_parameter is set without a loss that it belongs to");
  }
  // Other metrics would choose an epoch that is near the mean, or one that leaves out rare classes.
  if (learns_other_quantile(from) || (from.balance_classes && has_classes(tasks))) {
    to.training.metric = Metric::kLoss;
  }
  if (!from.metric.empty()) to.training.metric = parse_metric(from.metric);
}

// Numbers of graphs of rows that the user has named.
FitSplit split_of(const std::vector<std::int64_t>& validation, const std::vector<std::int64_t>& rows,
                  std::int32_t graphs) {
  FitSplit split;
  std::vector<std::uint8_t> validates(static_cast<std::size_t>(graphs));
  for (const std::int64_t row : validation) {
    std::int64_t graph = row;
    if (!rows.empty()) {
      const auto place = std::ranges::lower_bound(rows, row);
      if (place == rows.end() || *place != row) continue;  // it could not be read
      graph = place - rows.begin();
    }
    if (graph < 0 || graph >= graphs) {
      throw ConfigError(fmt::format("validation names row {}, expected 0 to {}", row, graphs - 1));
    }
    validates[static_cast<std::size_t>(graph)] = 1;
  }
  for (std::int32_t graph = 0; graph < graphs; ++graph) {
    (validates[static_cast<std::size_t>(graph)] != 0 ? split.validation : split.train).push_back(graph);
  }
  return split;
}

}  // namespace

bool suits_companion(const FitSettings& settings, const std::vector<Task>& tasks) {
  return settings.companion && !has_classes(tasks) && !learns_other_quantile(settings);
}

Recipe make_recipe(const FitSettings& settings, std::vector<Task> tasks,
                   std::shared_ptr<const TrainedModel> start) {
  check_tasks(tasks);
  Recipe recipe;
  recipe.tasks = tasks;
  recipe.preset = parse_preset(settings.preset);
  recipe.start = std::move(start);
  recipe.members = settings.members;
  recipe.epochs = settings.epochs;
  recipe.batch_size = settings.batch_size;
  recipe.learning_rate = settings.learning_rate;
  if (settings.width) recipe.width = static_cast<Index>(*settings.width);
  recipe.validation_share = settings.validation_fraction;
  recipe.change = [settings, tasks = std::move(tasks)](Settings& to) { change(settings, tasks, to); };
  return recipe;
}

Predictor fit_supervised(const LabeledGraphs& data, Recipe recipe, const FitSettings& settings,
                         const std::vector<std::int64_t>& rows, Supervisor& supervisor) {
  Progress progress;
  recipe.change = [&progress, inner = recipe.change](Settings& to) {
    if (inner) inner(to);
    progress.members = to.members;
    progress.epochs = to.training.epochs;
  };
  FitOptions options;
  options.seed = settings.seed;
  options.stop = [&supervisor] { return supervisor.stop(); };
  if (supervisor.has_callback()) {
    options.on_epoch = [&](std::int32_t member, const EpochReport& report) {
      progress.member = member;
      progress.report = report;
      supervisor.report(progress);
    };
  }
  if (settings.validation) options.split = split_of(*settings.validation, rows, data.num_graphs());
  return fit(data, recipe, options);
}

void bind_settings(nb::module_& module) {
  nb::class_<Task>(module, "Task")
      .def(
          "__init__",
          [](Task* self, const std::string& type, std::int64_t classes,
             const std::vector<std::string>& class_names) {
            new (self) Task{parse_task_type(type), static_cast<Index>(classes), 1, class_names};
          },
          nb::arg("type"), nb::arg("classes") = 0, nb::arg("class_names") = std::vector<std::string>())
      .def_prop_ro("type", [](const Task& task) { return std::string(name(task.type)); })
      .def_prop_ro("classes", [](const Task& task) { return static_cast<std::int64_t>(task.classes); })
      .def_ro("class_names", &Task::class_names);
  nb::class_<FitSettings>(module, "FitSettings")
      .def(nb::init<>())
      .def_rw("preset", &FitSettings::preset)
      .def_rw("members", &FitSettings::members, nb::arg().none())
      .def_rw("epochs", &FitSettings::epochs, nb::arg().none())
      .def_rw("batch_size", &FitSettings::batch_size, nb::arg().none())
      .def_rw("patience", &FitSettings::patience, nb::arg().none())
      .def_rw("width", &FitSettings::width, nb::arg().none())
      .def_rw("heads", &FitSettings::heads, nb::arg().none())
      .def_rw("depth", &FitSettings::depth, nb::arg().none())
      .def_rw("learning_rate", &FitSettings::learning_rate, nb::arg().none())
      .def_rw("dropout", &FitSettings::dropout, nb::arg().none())
      .def_rw("encoder_rate", &FitSettings::encoder_rate, nb::arg().none())
      .def_rw("validation_fraction", &FitSettings::validation_fraction)
      .def_rw("validation", &FitSettings::validation, nb::arg().none())
      .def_rw("seed", &FitSettings::seed)
      .def_rw("threads", &FitSettings::threads)
      .def_rw("companion", &FitSettings::companion)
      .def_rw("balance_classes", &FitSettings::balance_classes)
      .def_rw("loss", &FitSettings::loss)
      .def_rw("metric", &FitSettings::metric)
      .def_rw("loss_parameter", &FitSettings::loss_parameter, nb::arg().none())
      .def_rw("precision", &FitSettings::precision)
      .def_rw("init_from", &FitSettings::init_from)
      .def_rw("standardize", &FitSettings::standardize);
}

}  // namespace plstm::python
