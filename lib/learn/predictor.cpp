#include "plstm/learn/predictor.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/objectives/task.hpp>

#include "learn/chosen_graphs.hpp"

namespace plstm {
namespace {

// Graphs computed side by side by one thread: enough to fill the vectors of the products, few enough for the caches.
constexpr std::size_t kGraphsAtOnce = 8;

std::vector<std::string> column_names(const TrainedModel& model) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.target_names.size(); ++i) {
    const std::string& target = model.target_names[i];
    if (model.tasks[i].type != TaskType::kMulticlass) names.push_back(target);
    const std::vector<std::string>& classes = model.tasks[i].class_names;
    for (Index c = 0; c < model.tasks[i].classes; ++c) {
      names.push_back(classes.empty() ? fmt::format("{}_class_{}", target, c)
                                      : fmt::format("{}_{}", target, classes[static_cast<std::size_t>(c)]));
    }
  }
  return names;
}

std::int64_t num_rows_of(const PreparedGraph& graph, Readout readout) {
  switch (readout) {
    case Readout::kNode:
      return graph.graph.dag.num_nodes();
    case Readout::kEdge:
      return static_cast<std::int64_t>(graph.graph.dag.edges().size());
    case Readout::kGraph:
      break;
  }
  return 1;
}

}  // namespace

void check_same_task(const TrainedModel& a, const TrainedModel& b) {
  if (a.target_names != b.target_names || a.tasks != b.tasks) {
    throw ConfigError(
        "the models predict different targets; only models of the same targets can be averaged");
  }
  if (a.featurizer != b.featurizer || a.config.readout != b.config.readout) {
    throw ConfigError("the models read different features; only models of the same features can be averaged");
  }
}

double Predictions::operator()(std::int64_t row, std::int64_t column) const {
  if (row < 0 || row >= num_rows() || column < 0 || column >= std::ssize(columns)) {
    throw ShapeError(fmt::format("Predictions: there is no value ({}, {}) among {} rows and {} columns", row,
                                 column, num_rows(), columns.size()));
  }
  return values[static_cast<std::size_t>(row) * columns.size() + static_cast<std::size_t>(column)];
}

std::span<const double> Predictions::of_graph(std::int64_t graph) const {
  if (graph < 0 || graph + 1 >= static_cast<std::int64_t>(offsets.size())) {
    throw ShapeError(fmt::format("Predictions: there is no graph {}, expected 0 .. {}", graph,
                                 static_cast<std::int64_t>(offsets.size()) - 2));
  }
  const auto first = static_cast<std::size_t>(offsets[static_cast<std::size_t>(graph)]);
  const auto last = static_cast<std::size_t>(offsets[static_cast<std::size_t>(graph) + 1]);
  return std::span(values).subspan(first * columns.size(), (last - first) * columns.size());
}

struct Predictor::Impl {
  // A member with what all calls read.
  struct Network {
    GraphModel model;
    std::vector<float> transposed;  // its parameters, as forward passes read them
  };
  // What one thread needs for one batch after the other.
  struct Worker {
    Tape<float> tape;
    GraphBatch batch;
    std::vector<double> outputs;  // of one member or companion
    std::vector<double> means;    // of the members so far, where their spread is asked for
    CompanionPredictor::Workspace beside;
  };
  // A companion and the members that have it.
  struct Beside {
    CompanionPredictor model;
    std::shared_ptr<const Companion> companion;
    std::size_t member = 0;  // the first of them
    double count = 0;
  };

  std::vector<TrainedModel> members;
  std::vector<Network> networks;  // [members]
  std::vector<std::string> columns;
  std::vector<Beside> companions;
  LayoutSet layouts;  // that any member reads

  std::mutex mutex;            // of what follows
  std::deque<Worker> workers;  // a tape cannot be moved
  std::vector<Worker*> idle;

  // A worker for the life of the object, also if a batch throws.
  class Lease {
   public:
    explicit Lease(Impl& impl) : impl_(impl) {
      const std::lock_guard lock(impl_.mutex);
      if (impl_.idle.empty()) {
        impl_.idle.reserve(impl_.workers.size() + 1);  // so that giving back allocates nothing
        worker_ = &impl_.workers.emplace_back();
        return;
      }
      worker_ = impl_.idle.back();
      impl_.idle.pop_back();
    }
    ~Lease() {
      const std::lock_guard lock(impl_.mutex);
      impl_.idle.push_back(worker_);
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Worker& operator*() const noexcept { return *worker_; }

   private:
    Impl& impl_;
    Worker* worker_ = nullptr;
  };

  // Adds the finished outputs of every member for the worker's batch, which has so many rows, to `sums`. `spreads` are
  // null, or places for the standard deviations over the members.
  void add_outputs(Worker& worker, std::int64_t rows, double* sums, double* spreads) const;
  // Adds the companions' outputs for one graph. `kind_errors` are empty, or places for the errors that they expect.
  void add_companions(Worker& worker, const PreparedGraph& graph, std::span<double> sums,
                      std::span<double> kind_errors) const;
  void divide(std::span<double> sums) const;
  // Makes expected errors of spreads, row after row. `kind_errors` has [rows, tasks], or none.
  void finish_errors(std::span<const double> kind_errors, std::span<double> spreads) const;
  bool knows_kind_errors() const;
  void add_companion(std::size_t member);
};

void Predictor::Impl::add_companion(std::size_t member) {
  const std::shared_ptr<const Companion>& companion = members[member].companion;
  if (companion == nullptr) return;
  check_companion(*companion, members[member].tasks);
  if (members[member].config.readout != Readout::kGraph) {
    throw ConfigError("Predictor: a companion predicts whole graphs, and its model does not");
  }
  const std::int32_t width = members[member].config.graph_value_width;
  const std::size_t read = companion->ridge.kernel.width() + companion->ridge.descriptors.width();
  if (std::cmp_greater(read, width)) {
    throw ConfigError(
        fmt::format("Predictor: a companion reads {} values of graphs, and its model {}", read, width));
  }
  if (const CountForest& forest = companion->forest;
      !forest.empty() && !std::cmp_equal(forest.values, width)) {
    throw ConfigError(
        fmt::format("Predictor: the forests of a companion read {} values of graphs, and its model {}",
                    forest.values, width));
  }
  const auto found = std::ranges::find(companions, companion, &Beside::companion);
  if (found != companions.end()) {
    found->count += 1;
  } else {
    companions.push_back({CompanionPredictor(companion), companion, member, 1});
  }
}

void Predictor::Impl::add_companions(Worker& worker, const PreparedGraph& graph, std::span<double> sums,
                                     std::span<double> kind_errors) const {
  for (const Beside& beside : companions) {
    const TrainedModel& member = members[beside.member];
    const double weight = beside.companion->share * beside.count;
    if (weight == 0 && kind_errors.empty()) continue;
    worker.outputs.resize(static_cast<std::size_t>(beside.companion->ridge.num_tasks()));
    beside.model.predict(graph.graph.graph_counts, graph.graph.graph_values, worker.beside, worker.outputs);
    finish_predictions<double>(member.tasks, member.scaler,
                               {worker.outputs.data(), 1, std::ssize(member.tasks)});
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * worker.outputs[i];
    for (std::size_t i = 0; i < kind_errors.size(); ++i) kind_errors[i] = worker.outputs[sums.size() + i];
  }
}

// Members that were calibrated together share one companion.
bool Predictor::Impl::knows_kind_errors() const {
  return companions.size() == 1 &&
         expects_errors(*companions.front().companion, members.front().tasks.size());
}

void Predictor::Impl::finish_errors(std::span<const double> kind_errors, std::span<double> spreads) const {
  const TrainedModel& model = members.front();
  const std::vector<double>& typical = model.calibration->typical_errors;
  for (std::size_t row = 0; row < spreads.size() / columns.size(); ++row) {
    std::size_t column = row * columns.size();
    for (std::size_t task = 0; task < model.tasks.size(); ++task) {
      if (model.tasks[task].type == TaskType::kRegression) {
        const double scale = model.scaler.has_value() ? model.scaler->scale()[task] : 1;
        std::optional<double> of_kind;
        if (!kind_errors.empty()) of_kind = kind_errors[row * model.tasks.size() + task];
        spreads[column] = scale * expected_error(typical[task], spreads[column] / scale, of_kind);
      }
      column += static_cast<std::size_t>(num_outputs(std::span(model.tasks).subspan(task, 1)));
    }
  }
}

void Predictor::Impl::add_outputs(Worker& worker, std::int64_t rows, double* sums, double* spreads) const {
  for (std::size_t m = 0; m < members.size(); ++m) {
    const TrainedModel& member = members[m];
    const GraphModel& model = networks[m].model;
    worker.tape.start(model.layout, member.parameters.data(), nullptr, {.precision = member.precision},
                      networks[m].transposed.data());
    const Var<float> y = forward(worker.tape, model, worker.batch);
    check_shape("Predictor", "outputs", {y.rows, y.cols}, {rows, model.config.outputs});
    worker.outputs.assign(y.value, y.value + y.size());
    finish_predictions<double>(member.tasks, member.scaler, {worker.outputs.data(), y.rows, y.cols});
    const double share = member.companion == nullptr ? 1 : 1 - member.companion->share;
    for (std::size_t i = 0; i < worker.outputs.size(); ++i) sums[i] += share * worker.outputs[i];
    if (spreads == nullptr) continue;
    worker.means.resize(worker.outputs.size());
    if (m == 0) std::ranges::fill(worker.means, 0);
    for (std::size_t i = 0; i < worker.outputs.size(); ++i) {  // sums of squares for now
      const double step = worker.outputs[i] - worker.means[i];
      worker.means[i] += step / static_cast<double>(m + 1);
      spreads[i] += step * (worker.outputs[i] - worker.means[i]);
    }
  }
  if (spreads == nullptr) return;
  for (std::size_t i = 0; i < worker.means.size(); ++i) {
    spreads[i] = std::sqrt(spreads[i] / static_cast<double>(members.size()));
  }
}

void Predictor::Impl::divide(std::span<double> sums) const {
  if (members.size() < 2) return;
  const auto count = static_cast<double>(members.size());
  for (double& value : sums) value /= count;
}

Predictor::Predictor(std::vector<TrainedModel> members) : impl_(std::make_unique<Impl>()) {
  if (members.empty()) throw ConfigError("Predictor: there is no model");
  for (TrainedModel& member : members) {
    check_same_task(members.front(), member);
    check_precision(member.precision);
    Impl::Network network{make_graph_model(member.config), {}};
    check_size("Predictor", "parameters", static_cast<std::int64_t>(member.parameters.size()),
               static_cast<std::int64_t>(network.model.layout.total_size()));
    network.transposed.resize(member.parameters.size());
    transpose_parameters<float>(network.model.layout, member.parameters, network.transposed);
    impl_->layouts = impl_->layouts.unite(layouts_of(network.model));
    impl_->networks.push_back(std::move(network));
  }
  impl_->columns = column_names(members.front());
  impl_->members = std::move(members);
  for (std::size_t member = 0; member < impl_->members.size(); ++member) impl_->add_companion(member);
  // A calibration is that of all members that were trained together.
  for (const TrainedModel& member : impl_->members) {
    if (member.calibration != nullptr) check_calibration(*member.calibration, member.tasks);
    if (member.calibration == impl_->members.front().calibration) continue;
    for (TrainedModel& each : impl_->members) each.calibration = nullptr;
    break;
  }
}

Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::span<const TrainedModel> Predictor::members() const noexcept {
  return impl_->members;
}

const std::vector<std::string>& Predictor::columns() const noexcept {
  return impl_->columns;
}

PreparedGraph Predictor::prepare(AttributedGraph graph) const {
  return prepare_graph(std::move(graph), {.layouts = impl_->layouts});
}

void Predictor::check(const PreparedGraph& graph) const {
  for (const Impl::Network& network : impl_->networks) check_graph(network.model, graph);
  if (!impl_->companions.empty() && graph.graph.graph_counts.empty()) {
    throw ShapeError("the model reads counts of the whole graph (graph_counts), and this graph has none");
  }
}

Predictor Predictor::load(const std::filesystem::path& path) {
  return Predictor(load_models(path));
}

void Predictor::save(const std::filesystem::path& path) const {
  save_models(path, impl_->members);
}

Predictions Predictor::predict(std::span<const PreparedGraph> graphs) const {
  std::vector<std::int32_t> all(graphs.size());
  std::iota(all.begin(), all.end(), 0);
  return predict(graphs, all);
}

Predictions Predictor::predict(std::span<const PreparedGraph> graphs,
                               std::span<const std::int32_t> chosen) const {
  return run(graphs, chosen, false);
}

Predictions Predictor::predict_with_errors(std::span<const PreparedGraph> graphs,
                                           std::span<const std::int32_t> chosen) const {
  return run(graphs, chosen, true);
}

ConfidenceLevel Predictor::level(double confidence) const {
  if (calibration() == nullptr) {
    throw ConfigError(
        "the models were not calibrated together, so there are no intervals; train them again, and predict "
        "with one "
        "run");
  }
  return confidence_level(*calibration(), impl_->members.front().tasks, confidence);
}

const Calibration* Predictor::calibration() const noexcept {
  return impl_->members.front().calibration.get();
}

Predictions Predictor::run(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> chosen,
                           bool with_errors) const {
  const Readout readout = impl_->members.front().config.readout;
  check_chosen_graphs("Predictor", graphs, chosen, [this](const PreparedGraph& graph) { check(graph); });
  const auto graph = [&](std::size_t i) -> const PreparedGraph& {
    return graphs[static_cast<std::size_t>(chosen[i])];
  };
  Predictions result{impl_->columns, {0}, {}, {}};
  result.offsets.reserve(chosen.size() + 1);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    result.offsets.push_back(result.offsets.back() + num_rows_of(graph(i), readout));
  }
  const std::size_t columns = impl_->columns.size();
  result.values.resize(static_cast<std::size_t>(result.num_rows()) * columns);
  std::vector<double> kind_errors;
  const std::size_t tasks = impl_->members.front().tasks.size();
  if (with_errors) {
    result.expected_errors.resize(result.values.size());
    if (impl_->knows_kind_errors()) kind_errors.resize(chosen.size() * tasks);
  }
  const std::size_t batches = (chosen.size() + kGraphsAtOnce - 1) / kGraphsAtOnce;
  parallel_for_ranges(batches, 1, [&](std::size_t begin, std::size_t end) {
    const Impl::Lease worker(*impl_);
    for (std::size_t batch = begin; batch < end; ++batch) {
      const std::size_t first = batch * kGraphsAtOnce;
      const std::size_t last = std::min(first + kGraphsAtOnce, chosen.size());
      GraphBatch& graphs_now = (*worker).batch;
      if (last - first == 1) {
        graphs_now.show(graph(first));  // copies no layout
      } else {
        graphs_now.clear();
        for (std::size_t i = first; i < last; ++i) graphs_now.append(graph(i));
      }
      const std::int64_t row = result.offsets[first];
      const std::size_t place = static_cast<std::size_t>(row) * columns;
      impl_->add_outputs(*worker, result.offsets[last] - row, result.values.data() + place,
                         with_errors ? result.expected_errors.data() + place : nullptr);
      for (std::size_t i = first; i < last && !impl_->companions.empty(); ++i) {
        impl_->add_companions(
            *worker, graph(i), std::span(result.values).subspan(i * columns, columns),
            kind_errors.empty() ? std::span<double>() : std::span(kind_errors).subspan(i * tasks, tasks));
      }
    }
  });
  impl_->divide(result.values);
  if (with_errors && calibration() != nullptr) impl_->finish_errors(kind_errors, result.expected_errors);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (const double value : result.of_graph(static_cast<std::int64_t>(i))) {
      if (!std::isfinite(value)) {
        throw TrainingError(
            fmt::format("Predictor: graph {}: the prediction is {}; look for extreme values in its features",
                        chosen[i], value));
      }
    }
  }
  return result;
}

Predictions Predictor::predict(std::span<const AttributedGraph> graphs) const {
  std::vector<PreparedGraph> prepared(graphs.size());
  const auto prepare_one = [&](std::size_t i) { prepared[i] = prepare(graphs[i]); };
  std::size_t i = first_failure(graphs.size(), 1, prepare_one);
  try {
    for (; i < graphs.size(); ++i) prepare_one(i);
  } catch (const Error& error) {
    throw ConfigError(fmt::format("Predictor: graph {}: {}", i, error.what()));
  }
  return predict(prepared);
}

}  // namespace plstm
