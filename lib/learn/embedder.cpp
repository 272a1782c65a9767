#include "plstm/learn/embedder.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/nn/graphs/graph_readout.hpp>

#include "learn/chosen_graphs.hpp"

namespace plstm {
namespace {

constexpr std::size_t kGraphsAtOnce = 8;  // as in predictions

struct Network {
  GraphModel model;
  std::vector<float> parameters, transposed;
  Precision precision;
};

Network network_of(const TrainedModel& trained) {
  if (trained.config.readout != Readout::kGraph) {
    throw ConfigError("Embedder: the model predicts nodes or edges, and only whole graphs have embeddings");
  }
  check_precision(trained.precision);
  Network network{make_graph_model(trained.config), trained.parameters, {}, trained.precision};
  check_size("Embedder", "parameters", std::ssize(trained.parameters),
             static_cast<std::int64_t>(network.model.layout.total_size()));
  network.transposed.resize(trained.parameters.size());
  transpose_parameters<float>(network.model.layout, trained.parameters, network.transposed);
  return network;
}

}  // namespace

struct Embedder::Impl {
  std::vector<Network> networks;
  std::size_t width = 0;

  // Writes the rows of a batch, [graphs, width].
  void embed(Tape<float>& tape, const GraphBatch& batch, float* rows) const {
    std::size_t column = 0;
    for (const Network& network : networks) {
      tape.start(network.model.layout, network.parameters.data(), nullptr, {.precision = network.precision},
                 network.transposed.data());
      const Var<float> states =
          pooled_states(tape, network.model, batch, encode_nodes(tape, network.model, batch));
      const auto columns = static_cast<std::size_t>(states.cols);
      for (std::size_t g = 0; g < static_cast<std::size_t>(states.rows); ++g)
        std::copy_n(states.value + g * columns, columns, rows + g * width + column);
      column += columns;
    }
  }
};

Embedder::Embedder(std::span<const TrainedModel> networks) {
  if (networks.empty()) throw ConfigError("Embedder: there is no network");
  auto impl = std::make_unique<Impl>();
  for (const TrainedModel& trained : networks) {
    impl->networks.push_back(network_of(trained));
    impl->width += static_cast<std::size_t>(trained.config.width);
  }
  impl_ = std::move(impl);
}

Embedder::~Embedder() = default;
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;

std::int64_t Embedder::width() const noexcept {
  return static_cast<std::int64_t>(impl_->width);
}

void Embedder::check(const PreparedGraph& graph) const {
  for (const Network& network : impl_->networks) check_graph(network.model, graph);
}

std::vector<float> Embedder::embed(std::span<const PreparedGraph> graphs,
                                   std::span<const std::int32_t> chosen) const {
  check_chosen_graphs("Embedder", graphs, chosen, [this](const PreparedGraph& graph) { check(graph); });
  const auto graph = [&](std::size_t i) -> const PreparedGraph& {
    return graphs[static_cast<std::size_t>(chosen[i])];
  };
  std::vector<float> rows(chosen.size() * impl_->width);
  const std::size_t batches = (chosen.size() + kGraphsAtOnce - 1) / kGraphsAtOnce;
  parallel_for_ranges(batches, 4, [&](std::size_t begin, std::size_t end) {
    Tape<float> tape;
    GraphBatch batch;
    for (std::size_t number = begin; number < end; ++number) {
      const std::size_t first = number * kGraphsAtOnce;
      const std::size_t last = std::min(first + kGraphsAtOnce, chosen.size());
      batch.clear();
      for (std::size_t i = first; i < last; ++i) batch.append(graph(i));
      impl_->embed(tape, batch, rows.data() + first * impl_->width);
    }
  });
  const auto bad = std::ranges::find_if(rows, [](float value) { return !std::isfinite(value); });
  if (bad != rows.end()) {
    throw TrainingError(fmt::format(
        "Embedder: graph {}: the embedding has the value {}; look for extreme values in its features",
        chosen[static_cast<std::size_t>(bad - rows.begin()) / impl_->width], *bad));
  }
  return rows;
}

}  // namespace plstm
