#include "predictor.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>

#include "arrays.hpp"
#include "certainty.hpp"
#include "settings.hpp"

namespace plstm::python {
namespace {

namespace fs = std::filesystem;

// A graph of the data set, shared with nothing: what is added is a copy.
void add(LabeledGraphs& data, const AttributedGraph& graph, const InputArray<double, nb::ndim<2>>& targets,
         float weight) {
  const std::int64_t things = data.level() == Readout::kGraph  ? 1
                              : data.level() == Readout::kNode ? graph.dag.num_nodes()
                                                               : graph.dag.num_edges();
  if (static_cast<std::int64_t>(targets.shape(0)) != things) {
    throw ShapeError(fmt::format("graph {}: targets have {} rows, expected {}", data.num_graphs(),
                                 targets.shape(0), things));
  }
  // A graph without edges has no target of edges, but the columns must be there.
  if (data.num_tasks() > 0 && static_cast<std::int64_t>(targets.shape(1)) != data.num_tasks()) {
    throw ShapeError(fmt::format("graph {}: targets have {} columns, expected {}", data.num_graphs(),
                                 targets.shape(1), data.num_tasks()));
  }
  data.add(graph, elements(targets), weight);
}

std::shared_ptr<const TrainedModel> load_start(const std::string& init_from) {
  if (init_from.empty()) return nullptr;
  fs::path path = init_from;
  if (fs::is_directory(path)) path = model_files_of(path).front();
  return std::make_shared<const TrainedModel>(load_models(path).front());
}

Predictor fit_graphs(const LabeledGraphs& data, const std::vector<Task>& tasks, const FitSettings& settings,
                     nb::object callback) {
  Supervisor supervisor(std::move(callback));
  std::optional<Predictor> predictor;
  supervisor.run([&] {
    const ThreadLimit limit(settings.threads);
    predictor = fit_supervised(data, make_recipe(settings, tasks, load_start(settings.init_from)), settings,
                               {}, supervisor);
  });
  return std::move(*predictor);
}

// Pointers, as the graphs belong to Python objects.
std::vector<PreparedGraph> prepare(const Predictor& predictor,
                                   const std::vector<const AttributedGraph*>& graphs) {
  std::vector<PreparedGraph> prepared(graphs.size());
  for (const AttributedGraph* graph : graphs) {
    if (graph == nullptr) throw ConfigError("predict: None is no graph");
  }
  parallel_for(graphs.size(), 1, [&](std::size_t i) { prepared[i] = predictor.prepare(*graphs[i]); });
  return prepared;
}

nb::tuple as_tuple(Predictions predictions) {
  const auto rows = static_cast<std::size_t>(predictions.num_rows());
  const std::size_t columns = predictions.columns.size();
  return nb::make_tuple(to_numpy(std::move(predictions.values), {rows, columns}),
                        to_numpy(std::move(predictions.offsets)));
}

nb::tuple predict(const Predictor& predictor, const std::vector<const AttributedGraph*>& graphs,
                  int threads) {
  Predictions predictions;
  {
    const nb::gil_scoped_release release;
    const ThreadLimit limit(threads);
    const std::vector<PreparedGraph> prepared = prepare(predictor, graphs);
    predictions = predictor.predict(std::span<const PreparedGraph>(prepared));
  }
  return as_tuple(std::move(predictions));
}

nb::tuple predict_certainty(const Predictor& predictor, const std::vector<const AttributedGraph*>& graphs,
                            double confidence, int threads) {
  const std::vector<Task>& tasks = predictor.members().front().tasks;
  std::vector<TaskCertainty> all;
  Predictions predictions;
  {
    const nb::gil_scoped_release release;
    const ThreadLimit limit(threads);
    const ConfidenceLevel level = predictor.level(confidence);
    const std::vector<PreparedGraph> prepared = prepare(predictor, graphs);
    std::vector<std::int32_t> chosen(prepared.size());
    std::iota(chosen.begin(), chosen.end(), 0);
    predictions = predictor.predict_with_errors(prepared, chosen);
    for (std::int64_t row = 0; row < predictions.num_rows(); ++row) {
      for (TaskCertainty& of_task : certainty_of(predictions, row, tasks, level)) {
        all.push_back(std::move(of_task));
      }
    }
  }
  std::vector<std::int64_t> offsets = predictions.offsets;
  return nb::make_tuple(certainty_to_python(all, tasks.size()), to_numpy(std::move(offsets)));
}

Predictor load(const fs::path& path) {
  std::vector<TrainedModel> members;
  read_whole_runs({&path, 1}, [&] {
    members.clear();
    const std::vector<fs::path> files = fs::is_directory(path) ? model_files_of(path) : std::vector{path};
    for (const fs::path& file : files) {
      for (TrainedModel& member : load_models(file)) members.push_back(std::move(member));
    }
  });
  return Predictor(std::move(members));
}

}  // namespace

void bind_predictor(nb::module_& module) {
  nb::class_<LabeledGraphs>(module, "LabeledGraphs",
                            "Graphs with their targets: what fit_graphs() learns from.")
      .def(
          "__init__",
          [](LabeledGraphs* self, const std::string& level) {
            new (self) LabeledGraphs(parse_named(kReadoutNames, "target", level));
          },
          nb::arg("level"), "level is 'graph', 'node' or 'edge'. Raises ConfigError for another one.")
      .def("add", &add, nb::arg("graph"), nb::arg("targets").noconvert(), nb::arg("weight") = 1.F,
           "targets [things, tasks] float64, NaN where one is missing. Raises ShapeError and ConfigError.")
      .def("name_tasks", &LabeledGraphs::name_tasks, nb::arg("names"))
      .def("__len__", &LabeledGraphs::num_graphs);
  module.def("fit_graphs", &fit_graphs, nb::arg("data"), nb::arg("tasks"), nb::arg("settings"),
             nb::arg("callback") = nb::none(), "Trains networks. Ctrl-C stops within a training step.");
  nb::class_<Predictor>(module, "Predictor", "A trained model in use. Thread-safe.")
      .def_static("load", &load, nb::arg("path"), "A model file, or the folder of a run. Raises FileError.")
      .def("save", &Predictor::save, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>())
      .def("predict", &predict, nb::arg("graphs"), nb::arg("threads") = 0,
           "(values [rows, columns], offsets [graphs + 1]).")
      .def("predict_certainty", &predict_certainty, nb::arg("graphs"), nb::arg("confidence"),
           nb::arg("threads") = 0, "((low, high, classes), offsets), [rows, tasks] each.")
      .def_prop_ro("level",
                   [](const Predictor& predictor) {
                     return std::string(name_of(kReadoutNames, predictor.members().front().config.readout));
                   })
      .def_prop_ro("reads_molecules",
                   [](const Predictor& predictor) {
                     const std::string& featurizer = predictor.members().front().featurizer;
                     return !featurizer.empty() && !is_graph_schema(featurizer);
                   })
      .def_prop_ro("tasks", [](const Predictor& predictor) { return predictor.members().front().tasks; })
      .def_prop_ro("target_names",
                   [](const Predictor& predictor) { return predictor.members().front().target_names; })
      .def_prop_ro("columns", [](const Predictor& predictor) { return predictor.columns(); })
      .def_prop_ro("num_members", [](const Predictor& predictor) { return predictor.members().size(); });
}

}  // namespace plstm::python
