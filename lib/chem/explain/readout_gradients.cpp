#include "chem/explain/readout_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include <plstm/nn/graphs/graph_readout.hpp>
#include <plstm/train/baselines/tanimoto_ridge.hpp>

#include "chem/explain/companion_gradients.hpp"
#include "chem/explain/log_odds.hpp"

namespace plstm {
namespace {

// A column of predictions and the outputs of a network that it is made of.
struct Column {
  TaskType type = TaskType::kRegression;
  std::size_t task = 0;
  std::size_t first = 0, last = 0;  // outputs of the task
};

std::vector<Column> columns_of(std::span<const Task> tasks) {
  std::vector<Column> columns;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const std::size_t first = columns.size();
    const std::size_t count =
        tasks[t].type == TaskType::kMulticlass ? static_cast<std::size_t>(tasks[t].classes) : 1;
    columns.insert(columns.end(), count, {tasks[t].type, t, first, first + count});
  }
  return columns;
}

struct CompanionModel {
  std::shared_ptr<const Companion> companion;
  CompanionPredictor predictor;
  CompanionGradients gradients;
  const TrainedModel* member;  // one that has it
  double weight;               // share of the prediction
};

}  // namespace

struct ReadoutGradients::Impl {
  std::span<const TrainedModel> members;
  const Predictor& predictor;
  std::vector<GraphModel> models;
  std::vector<Column> columns;
  std::vector<bool> log_odds;
  std::vector<CompanionModel> companions;

  int steps;

  Impl(const Predictor& of, int num_steps) : members(of.members()), predictor(of), steps(num_steps) {
    columns = columns_of(members.front().tasks);
    log_odds = explains_log_odds(of);
    for (const TrainedModel& member : members) {
      models.push_back(make_graph_model(member.config));
      if (member.companion == nullptr || member.companion->share == 0) continue;
      const double weight = member.companion->share / static_cast<double>(members.size());
      const auto same = std::ranges::find(companions, member.companion, &CompanionModel::companion);
      if (same == companions.end()) {
        companions.push_back({member.companion, CompanionPredictor(member.companion),
                              CompanionGradients(*member.companion), &member, weight});
      } else {
        same->weight += weight;
      }
    }
  }

  double weight_of(const TrainedModel& member) const {
    const double share = member.companion == nullptr ? 1 : 1 - member.companion->share;
    return share / static_cast<double>(members.size());
  }

  // d finished column / d output, at finished predictions of one graph.
  double slope(const TrainedModel& member, std::span<const double> finished, std::size_t column,
               std::size_t output) const {
    const Column& c = columns[column];
    if (output < c.first || output >= c.last) return 0;
    switch (c.type) {
      case TaskType::kClassification:
        return finished[column] * (1 - finished[column]);
      case TaskType::kMulticlass:
        return finished[column] * ((column == output ? 1 : 0) - finished[output]);
      case TaskType::kRegression:
        break;
    }
    return member.scaler.has_value() ? member.scaler->scale()[c.task] : 1;
  }
};

namespace {

// How fast the standardised value changes with the value on the way from 0.
double slope_of_value(const ValueScaling& scaling, std::size_t column, double value) {
  if (scaling.mean.empty()) return 1;
  if (value != 0) return (scaled_value(scaling, column, value) - scaled_value(scaling, column, 0)) / value;
  return scaling.scale[column] == 0 ? 0 : 1 / scaling.scale[column];
}

void finish(const TrainedModel& member, std::vector<double>& outputs, std::size_t graphs) {
  finish_predictions<double>(
      member.tasks, member.scaler,
      {outputs.data(), static_cast<Index>(graphs), static_cast<Index>(outputs.size() / graphs)});
}

// Standardised values [graphs, V] of the molecules and of values 0; none if the network reads none.
struct Ends {
  std::vector<float> full, empty;
};

// What a companion says of the molecules of a batch: as they are, without anything, and the parts of the atoms.
struct CompanionOutputs {
  std::vector<double> whole, nothing;         // [graphs, columns]
  std::vector<std::vector<double>> of_atoms;  // of each graph [atoms, columns]
};

// Divides contributions of counts [counts, tasks] among the atoms of the substructures: [atoms, columns]. An atom is part of
// as many of them as are missing without it.
std::vector<double> divided_among_atoms(const Occlusion& molecule, std::span<const double> of_counts,
                                        std::size_t columns) {
  const GraphCounts whole = molecule.whole().graph_counts;
  const std::size_t atoms = molecule.num_atoms();
  if (whole.empty()) return std::vector<double>(atoms * columns);
  const std::size_t tasks = of_counts.size() / whole.size();
  std::vector<double> missing(atoms * whole.size()), all(whole.size());
  for (std::size_t atom = 0; atom < atoms; ++atom) {
    const auto index = static_cast<std::int32_t>(atom);
    const std::vector<GraphCount> left = molecule.counts_without({&index, 1});
    auto next = left.begin();
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const bool found = next != left.end() && next->label == whole[i].label;
      missing[atom * whole.size() + i] = whole[i].count - (found ? (next++)->count : 0.0);
      all[i] += missing[atom * whole.size() + i];
    }
  }
  std::vector<double> result(atoms * columns);
  for (std::size_t atom = 0; atom < atoms; ++atom) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (all[i] == 0) continue;
      const double share = missing[atom * whole.size() + i] / all[i];
      for (std::size_t c = 0; c < columns && share > 0; ++c)
        result[atom * columns + c] += share * of_counts[i * tasks + c];
    }
  }
  return result;
}

}  // namespace

// Adds contributions [values, tasks] of the molecule's values from `first` on to `atoms` [atoms, columns], divided as the
// values themselves are. What stands beside the molecule has no atoms.
void divide_values(const Occlusion& molecule, std::size_t first, std::span<const double> of_values,
                   std::size_t tasks, std::size_t columns, std::span<double> atoms) {
  const std::size_t values = molecule.num_molecule_values();
  const std::span<const double> shares = molecule.shares();
  for (std::size_t value = first; value < std::min(values, first + of_values.size() / tasks); ++value) {
    const double whole = molecule.whole().graph_values[value];
    if (whole == 0 || !std::isfinite(whole)) continue;  // it says the same of nothing
    for (std::size_t atom = 0; atom < molecule.num_atoms(); ++atom) {
      const double share = shares[atom * values + value] / whole;
      for (std::size_t c = 0; c < columns && share != 0; ++c)
        atoms[atom * columns + c] += share * of_values[(value - first) * tasks + c];
    }
  }
}

// The work on some molecules at a time.
class BatchOfGradients {
 public:
  BatchOfGradients(const ReadoutGradients::Impl& impl, std::span<const Occlusion* const> molecules,
                   std::span<Explanation* const> results)
      : impl_(impl), molecules_(molecules), results_(results), columns_(impl.columns.size()) {
    read_graphs();
    read_states();
    read_companions();
  }

  void run() {
    const std::size_t graphs = molecules_.size();
    for (std::size_t g = 0; g < graphs; ++g) results_[g]->atoms.assign(atoms(g) * columns_, 0.0);
    for (int step = 0; step < impl_.steps; ++step) add_step((step + 0.5) / impl_.steps);
    const std::vector<double> full = predictions(1), empty = predictions(0);
    for (std::size_t i = 0; i < full.size(); ++i) {
      results_[i / columns_]->prediction.push_back(output(full[i], i % columns_));
      results_[i / columns_]->baseline.push_back(output(empty[i], i % columns_));
    }
  }

 private:
  std::size_t atoms(std::size_t graph) const { return molecules_[graph]->num_atoms(); }
  double output(double prediction, std::size_t column) const {
    return impl_.log_odds[column] ? log_odds(prediction) : prediction;
  }
  void read_graphs();
  void read_states();
  void read_companions();
  void hide_molecule_values();
  std::vector<float> standardised(const GraphModel& model);
  Var<float> decode(std::size_t member, double t, bool gradients);
  std::vector<double> finished_outputs(std::size_t member, double t);
  std::vector<double> finished_companion(std::size_t companion, double t) const;
  std::vector<double> predictions(double t);
  void add_step(double t);
  void add_member(std::size_t member, std::size_t column, double t, std::span<const double> finished,
                  std::span<const double> slopes);

  const ReadoutGradients::Impl& impl_;
  std::span<const Occlusion* const> molecules_;
  std::span<Explanation* const> results_;
  std::size_t columns_;
  GraphBatch batch_;
  std::vector<float> values_;               // [graphs, V] as they are
  std::vector<std::vector<float>> states_;  // of each member [N, D]
  std::vector<Ends> inputs_of_;             // of each member
  std::vector<CompanionOutputs> companions_;
  Tape<float> tape_;
  Var<float> nodes_, inputs_;               // of the last pass
  std::vector<float> parameter_gradients_;  // nobody reads them
};

void BatchOfGradients::read_graphs() {
  for (const Occlusion* molecule : molecules_) batch_.append(impl_.predictor.prepare(molecule->whole()));
  values_ = batch_.graph_values;
}

void BatchOfGradients::read_states() {
  for (std::size_t m = 0; m < impl_.members.size(); ++m) {
    const TrainedModel& member = impl_.members[m];
    tape_.start(impl_.models[m].layout, member.parameters.data(), nullptr, {.precision = member.precision});
    const Var<float> x = encode_nodes(tape_, impl_.models[m], batch_);
    states_.emplace_back(x.value, x.value + x.size());
    Ends& ends = inputs_of_.emplace_back();
    if (member.config.graph_value_width > 0) {
      ends.full = standardised(impl_.models[m]);
      hide_molecule_values();
      ends.empty = standardised(impl_.models[m]);
      batch_.graph_values = values_;
    }
    parameter_gradients_.resize(std::max(parameter_gradients_.size(), member.parameters.size()));
  }
}

// Columns beside the molecules stay.
void BatchOfGradients::hide_molecule_values() {
  const auto width = static_cast<std::size_t>(batch_.graph_value_width);
  for (std::size_t g = 0; g < molecules_.size(); ++g) {
    const auto first = batch_.graph_values.begin() + static_cast<std::ptrdiff_t>(g * width);
    std::fill_n(first, molecules_[g]->num_molecule_values(), 0.0F);
  }
}

std::vector<float> BatchOfGradients::standardised(const GraphModel& model) {
  const Var<float> values = graph_value_inputs(tape_, model, batch_);
  return {values.value, values.value + values.size()};
}

void BatchOfGradients::read_companions() {
  CompanionPredictor::Workspace workspace;
  for (const CompanionModel& model : impl_.companions) {
    // It may say more than the outputs, which come first.
    std::vector<double> row(static_cast<std::size_t>(model.companion->ridge.num_tasks()));
    CompanionOutputs& outputs = companions_.emplace_back();
    const auto add = [&](GraphCounts counts, GraphValues values, std::vector<double>& to) {
      model.predictor.predict(counts, values, workspace, row);
      to.insert(to.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(columns_));
    };
    for (std::size_t g = 0; g < molecules_.size(); ++g) {
      const AttributedGraph& whole = molecules_[g]->whole();
      std::vector<float> of_nothing = whole.graph_values;  // those of columns stay
      std::fill_n(of_nothing.begin(), molecules_[g]->num_molecule_values(), 0.0F);
      add(whole.graph_counts, whole.graph_values, outputs.whole);
      add({}, of_nothing, outputs.nothing);
      const Occlusion& molecule = *molecules_[g];
      const std::size_t tasks = row.size();
      std::vector<double> of_counts =
          model.gradients.of_counts(whole.graph_counts, impl_.steps, whole.graph_values);
      const CompanionGradients::OfForests of_forests =
          model.gradients.of_forests(whole.graph_counts, of_nothing, whole.graph_values);
      if (!of_forests.counts.empty()) {
        const std::size_t known = of_forests.counts.size() / whole.graph_counts.size();
        for (std::size_t i = 0; i < of_forests.counts.size(); ++i)
          of_counts[i / known * tasks + i % known] += of_forests.counts[i];
      }
      outputs.of_atoms.push_back(divided_among_atoms(molecule, of_counts, columns_));
      std::vector<double>& atoms = outputs.of_atoms.back();
      const TanimotoRidge& ridge = model.companion->ridge;
      const std::size_t last = whole.graph_values.size() - ridge.kernel.width();
      divide_values(molecule, last - ridge.descriptors.width(),
                    model.gradients.of_descriptors(of_nothing, whole.graph_values, impl_.steps), tasks,
                    columns_, atoms);
      if (!of_forests.values.empty())
        divide_values(molecule, 0, of_forests.values, model.companion->forest.forests.size(), columns_,
                      atoms);
    }
  }
}

// The outputs at t, and the tape ready to run backwards if asked for.
Var<float> BatchOfGradients::decode(std::size_t member, double t, bool gradients) {
  const TrainedModel& of = impl_.members[member];
  const GraphModel& model = impl_.models[member];
  tape_.start(model.layout, of.parameters.data(), gradients ? parameter_gradients_.data() : nullptr,
              {.gradients = gradients, .precision = of.precision});
  const auto scale = static_cast<float>(t);
  nodes_ = tape_.make(batch_.num_nodes(), model.config.width);
  for (Index i = 0; i < nodes_.size(); ++i)
    nodes_.value[i] = scale * states_[member][static_cast<std::size_t>(i)];
  inputs_ = {};
  if (const Ends& ends = inputs_of_[member]; !ends.full.empty()) {
    inputs_ = tape_.make(std::ssize(molecules_), model.config.graph_value_width);
    for (std::size_t i = 0; i < ends.full.size(); ++i)
      inputs_.value[i] = ends.empty[i] + scale * (ends.full[i] - ends.empty[i]);
  }
  return decode_graphs(tape_, model, batch_, nodes_, inputs_);
}

std::vector<double> BatchOfGradients::finished_outputs(std::size_t member, double t) {
  const Var<float> y = decode(member, t, false);
  std::vector<double> outputs(y.value, y.value + y.size());
  finish(impl_.members[member], outputs, molecules_.size());
  return outputs;
}

std::vector<double> BatchOfGradients::finished_companion(std::size_t companion, double t) const {
  const CompanionOutputs& of = companions_[companion];
  std::vector<double> outputs(of.whole.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    outputs[i] = of.nothing[i] + t * (of.whole[i] - of.nothing[i]);
  finish(*impl_.companions[companion].member, outputs, molecules_.size());
  return outputs;
}

std::vector<double> BatchOfGradients::predictions(double t) {
  std::vector<double> sums(molecules_.size() * columns_);
  const auto add = [&](const std::vector<double>& outputs, double weight) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * outputs[i];
  };
  for (std::size_t m = 0; m < impl_.members.size(); ++m)
    add(finished_outputs(m, t), impl_.weight_of(impl_.members[m]));
  for (std::size_t c = 0; c < companions_.size(); ++c)
    add(finished_companion(c, t), impl_.companions[c].weight);
  return sums;
}

void BatchOfGradients::add_step(double t) {
  const std::vector<double> all = predictions(t);
  std::vector<double> slopes(all.size());  // of the explained output by the prediction
  for (std::size_t i = 0; i < all.size(); ++i)
    slopes[i] = impl_.log_odds[i % columns_] ? slope_of_log_odds(all[i]) : 1;
  for (std::size_t m = 0; m < impl_.members.size(); ++m) {
    const std::vector<double> finished = finished_outputs(m, t);
    for (std::size_t column = 0; column < columns_; ++column) add_member(m, column, t, finished, slopes);
  }
  for (std::size_t c = 0; c < companions_.size(); ++c) {
    const std::vector<double> finished = finished_companion(c, t);
    const CompanionOutputs& of = companions_[c];
    for (std::size_t i = 0; i < finished.size(); ++i) {
      const std::size_t graph = i / columns_, column = i % columns_;
      const double slope =
          impl_.slope(*impl_.companions[c].member, std::span(finished).subspan(graph * columns_, columns_),
                      column, column);
      const double factor = slopes[i] * slope * impl_.companions[c].weight / impl_.steps;
      for (std::size_t atom = 0; atom < atoms(graph); ++atom) {
        const std::size_t place = atom * columns_ + column;
        results_[graph]->atoms[place] += factor * of.of_atoms[graph][place];
      }
    }
  }
}

// What one network adds to the contributions to a column at t.
void BatchOfGradients::add_member(std::size_t member, std::size_t column, double t,
                                  std::span<const double> finished, std::span<const double> slopes) {
  const TrainedModel& of = impl_.members[member];
  const double weight = impl_.weight_of(of) / impl_.steps;
  const Var<float> y = decode(member, t, true);
  float* dy = tape_.gradient(y);
  for (std::size_t g = 0; g < molecules_.size(); ++g) {
    const std::span<const double> here = finished.subspan(g * columns_, columns_);
    for (std::size_t output = 0; output < columns_; ++output) {
      dy[g * columns_ + output] =
          static_cast<float>(slopes[g * columns_ + column] * weight * impl_.slope(of, here, column, output));
    }
  }
  tape_.backward();
  const auto width = static_cast<std::size_t>(nodes_.cols), values = static_cast<std::size_t>(inputs_.cols);
  const float* dx = tape_.gradient(nodes_);
  const float* dv = values > 0 ? tape_.gradient(inputs_) : nullptr;
  const ValueScaling& scaling = impl_.models[member].config.graph_value_scaling;
  std::vector<double> by_value(values);
  for (std::size_t g = 0; g < molecules_.size(); ++g) {
    const std::vector<std::int32_t>& atom_of_node = molecules_[g]->atom_of_node();
    std::vector<double>& to = results_[g]->atoms;
    const auto first = static_cast<std::size_t>(batch_.node_offsets[g]);
    for (std::size_t n = 0; n < atom_of_node.size(); ++n) {
      double sum = 0;
      for (std::size_t i = (first + n) * width; i < (first + n + 1) * width; ++i)
        sum += double{dx[i]} * states_[member][i];
      to[static_cast<std::size_t>(atom_of_node[n]) * columns_ + column] += sum;
    }
    if (values == 0) continue;
    for (std::size_t v = 0; v < values; ++v) {
      by_value[v] = double{dv[g * values + v]} * slope_of_value(scaling, v, values_[g * values + v]);
    }
    const std::span<const double> shares = molecules_[g]->shares();
    const std::size_t own = molecules_[g]->num_molecule_values();  // those of columns have no shares
    for (std::size_t atom = 0; atom < molecules_[g]->num_atoms(); ++atom) {
      const std::span<const double> of_atom = shares.subspan(atom * own, own);
      to[atom * columns_ + column] +=
          std::inner_product(of_atom.begin(), of_atom.end(), by_value.begin(), 0.0);
    }
  }
}

ReadoutGradients::ReadoutGradients(const Predictor& predictor, int steps)
    : impl_(std::make_unique<const Impl>(predictor, steps)) {}
ReadoutGradients::~ReadoutGradients() = default;

void ReadoutGradients::explain(std::span<const Occlusion* const> molecules,
                               std::span<Explanation* const> results) const {
  BatchOfGradients(*impl_, molecules, results).run();
}

}  // namespace plstm
