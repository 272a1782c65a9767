#include "plstm/learn/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "learn/learn_graphs.hpp"
#include "support/random_counts.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class FitTest : public ::testing::Test {
 protected:
  FitTest()
      : random_(kSeed),
        graphs_(make_learn_graphs(80, random_)),
        new_graphs_(make_learn_graphs(30, random_)) {}

  Random random_;
  std::vector<LearnGraph> graphs_, new_graphs_;
};

TEST_F(FitTest, TargetsOfGraphs) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) data.add(g.graph, {g.graph_target});
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 40;
  const Predictor predictor = fit(data, recipe);
  double error = 0, spread = 0;
  for (const LearnGraph& g : new_graphs_) {
    error += std::pow(predictor.predict(g.graph)(0) - g.graph_target, 2);
    spread += std::pow(1000 - g.graph_target, 2);
  }
  EXPECT_LT(error, 0.3 * spread);
}

// A quarter of the graphs in a region are positive, and hardly any elsewhere. The likely answer is no everywhere, until
// both answers count equally.
TEST_F(FitTest, BalancedClassesFindTheRareOnes) {
  const auto in_region = [](const LearnGraph& g) { return g.graph_target > 1000.5; };
  LabeledGraphs data;
  for (const LearnGraph& g : make_learn_graphs(400, random_)) {
    data.add(g.graph, {random_.uniform() < (in_region(g) ? 0.25 : 0.01) ? 1.0 : 0.0});
  }
  // What is said of graphs in the region, on average.
  const auto said = [&](bool balanced) {
    Recipe recipe = quick(recipe::classification());
    recipe.epochs = 20;
    const auto change = recipe.change;
    recipe.change = [change, balanced](Settings& settings) {
      change(settings);
      settings.balance_classes = balanced;
    };
    const Predictor predictor = fit(data, recipe);
    double sum = 0, all = 0;
    for (const LearnGraph& g : new_graphs_) {
      if (!in_region(g)) continue;
      all += 1;
      sum += predictor.predict(g.graph)(0);
    }
    return sum / all;
  };
  const double plain = said(false);
  EXPECT_LT(plain, 0.4);  // a quarter of them are class 1
  EXPECT_GT(said(true), plain + 0.15);
  Recipe numbers = quick(recipe::regression());
  numbers.change = [](Settings& settings) { settings.balance_classes = true; };
  EXPECT_THAT([&] { fit(data, numbers); }, ThrowsMessage<ConfigError>(HasSubstr("no task has classes")));
}

// Each graph is there twice, with 0 and with 100. The weight decides what is learnt.
TEST_F(FitTest, GraphsCountAsTheirWeightsSay) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) {
    data.add(g.graph, {0.0}, 9.0f);
    data.add(g.graph, {100.0}, 1.0f);
  }
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 20;
  const auto change = recipe.change;
  recipe.change = [change](Settings& settings) {
    change(settings);
    settings.training.metric = Metric::kLoss;  // others count all graphs alike
  };
  const Predictor predictor = fit(data, recipe);
  double mean = 0;
  for (const LearnGraph& g : new_graphs_)
    mean += predictor.predict(g.graph)(0) / static_cast<double>(new_graphs_.size());
  EXPECT_NEAR(mean, 10, 15);

  LabeledGraphs nothing;
  for (const LearnGraph& g : graphs_) nothing.add(g.graph, {g.graph_target}, 0.0f);
  EXPECT_THAT([&] { fit(nothing, recipe); }, ThrowsMessage<TrainingError>(HasSubstr("have weight 0")));
}

// Its targets may be anything: they move no weight of the network and no scale of the targets.
TEST_F(FitTest, WhatWeighsNothingIsNotLearnt) {
  const auto trained = [&](double target) {
    LabeledGraphs data;
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
      const bool weighs = i % 4 != 1;
      data.add(graphs_[i].graph, {weighs ? graphs_[i].graph_target : target}, weighs ? 1.0f : 0.0f);
    }
    Recipe recipe = quick(recipe::regression());
    const auto change = recipe.change;
    recipe.change = [change](Settings& settings) {
      change(settings);
      settings.training.metric = Metric::kLoss;
    };
    return fit(data, recipe);
  };
  const Predictor predictor = trained(0), other = trained(1e6);
  for (const LearnGraph& g : new_graphs_) EXPECT_EQ(predictor.predict(g.graph)(0), other.predict(g.graph)(0));
}

// The assay ends at 1003, which a third of the graphs exceed by far. Who leaves them out never hears of large values.
TEST_F(FitTest, BoundsAreLearntAndBetterThanLeftOut) {
  const auto truth = [](const LearnGraph& g) { return g.graph_target > 1000.3 ? 1006.0 : g.graph_target; };
  const auto error_of = [&](bool learns_bounds) {
    LabeledGraphs data;
    Random random(kSeed + 1);
    for (const LearnGraph& g : make_learn_graphs(200, random)) {
      const bool beyond = truth(g) > 1003;
      const double left_out = std::numeric_limits<double>::quiet_NaN();
      const double target = !beyond ? truth(g) : learns_bounds ? 1003 : left_out;
      const std::int8_t bound = beyond ? 1 : 0;
      data.add(g.graph, {&target, 1}, 1, {&bound, 1});
    }
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 30;
    const Predictor predictor = fit(data, recipe);
    double error = 0, count = 0;
    for (const LearnGraph& g : new_graphs_) {
      if (truth(g) < 1003) continue;
      error += truth(g) - predictor.predict(g.graph)(0);
      count += 1;
    }
    return error / count;
  };
  EXPECT_LT(error_of(true), 4) << "predictions are near the bound or beyond";
  EXPECT_GT(error_of(false), 5);
}

TEST_F(FitTest, BoundsAloneOrOfLabelsCannotBeLearnt) {
  const std::int8_t bound = 1;
  LabeledGraphs numbers, labels;
  for (const LearnGraph& g : graphs_) {
    numbers.add(g.graph, {&g.graph_target, 1}, 1, {&bound, 1});
    labels.add(g.graph, {&g.label, 1}, 1, {&bound, 1});
  }
  EXPECT_THAT([&] { fit(numbers, quick(recipe::regression())); },
              ThrowsMessage<TrainingError>(HasSubstr("all training values of 'target' are bounds")));
  EXPECT_THAT([&] { fit(labels, quick(recipe::classification())); },
              ThrowsMessage<ConfigError>(HasSubstr("a label of 'target' is a bound")));
}

TEST_F(FitTest, AQuantileIsAboveThatShareOfTheTargets) {
  LabeledGraphs data;
  for (const LearnGraph& g : make_learn_graphs(300, random_)) data.add(g.graph, {random_.normal()});
  const auto share_below = [&](double quantile) {
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 20;
    const auto change = recipe.change;
    recipe.change = [change, quantile](Settings& settings) {
      change(settings);
      settings.training.loss = Objective({{LossKind::kQuantile, 0, 1, quantile}});
      settings.training.metric = Metric::kLoss;
    };
    const Predictor predictor = fit(data, recipe);
    int below = 0;
    for (const LearnGraph& g : new_graphs_) {
      const double limit = predictor.predict(g.graph)(0);
      for (int i = 0; i < 10; ++i) below += random_.normal() < limit ? 1 : 0;
    }
    return below / (10.0 * static_cast<double>(new_graphs_.size()));
  };
  EXPECT_NEAR(share_below(0.9), 0.9, 0.12);
  EXPECT_NEAR(share_below(0.1), 0.1, 0.12);
}

TEST_F(FitTest, TargetsOfNodesWithMissingValues) {
  LabeledGraphs data(Readout::kNode);
  for (LearnGraph g : graphs_) {
    g.node_targets[1] = std::numeric_limits<double>::quiet_NaN();
    data.add(g.graph, g.node_targets);
  }
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 30;
  const Predictor predictor = fit(data, recipe);
  double error = 0, spread = 0;
  for (const LearnGraph& g : new_graphs_) {
    const Predictions predictions = predictor.predict(g.graph);
    ASSERT_EQ(predictions.num_rows(), std::ssize(g.node_targets));
    for (std::size_t n = 0; n < g.node_targets.size(); ++n) {
      error += std::pow(predictions(static_cast<std::int64_t>(n)) - g.node_targets[n], 2);
      spread += std::pow(g.node_targets[n], 2);
    }
  }
  EXPECT_LT(error, 0.2 * spread);
}

// The label of a node is the value of its predecessor less that of its successor. Against the edges it has the other sign,
// so that what knows no directions is wrong by as much as the label, one way or the other.
TEST_F(FitTest, DirectedMessagesTellPredecessorsFromSuccessors) {
  struct Chain {
    AttributedGraph graph;
    std::vector<double> targets;
  };
  const auto chain_and_reverse = [&] {
    std::array<Chain, 2> both;
    const NodeId nodes = 4;
    std::vector<Arc> arcs;
    for (NodeId n = 1; n < nodes; ++n) arcs.push_back({n - 1, n});
    Chain& chain = both[0];
    chain.graph.dag = Dag(nodes, arcs);
    chain.graph.node_value_width = 1;
    for (NodeId n = 0; n < nodes; ++n)
      chain.graph.node_values.push_back(static_cast<float>(random_.normal()));
    const auto value = [&](NodeId n) {
      return n < 0 || n >= nodes ? 0.0
                                 : static_cast<double>(chain.graph.node_values[static_cast<std::size_t>(n)]);
    };
    for (NodeId n = 0; n < nodes; ++n) chain.targets.push_back(value(n - 1) - value(n + 1));
    both[1] = chain;
    both[1].graph.dag = reverse(chain.graph.dag);
    for (double& target : both[1].targets) target = -target;
    return both;
  };
  LabeledGraphs data(Readout::kNode);
  std::vector<Chain> asked;
  for (int i = 0; i < 60; ++i) {
    for (const Chain& chain : chain_and_reverse()) data.add(chain.graph, chain.targets);
    if (i % 3 == 0) std::ranges::copy(chain_and_reverse(), std::back_inserter(asked));
  }
  const auto share_of_error = [&](GraphBodyKind body) {
    Recipe recipe = recipe::regression();
    recipe.members = 1;
    recipe.epochs = 40;
    recipe.batch_size = 16;
    recipe.learning_rate = 1e-2;
    recipe.change = [body](Settings& settings) {
      settings.model.body = default_body(body);
      std::get<MessageBody>(settings.model.body).layers = 2;
      settings.model.width = 16;
      settings.model.degree_encoding = false;  // which tells the ends of a chain apart
    };
    const Predictor predictor = fit(data, recipe);
    double error = 0, squares = 0;
    for (const Chain& chain : asked) {
      const Predictions said = predictor.predict(chain.graph);
      for (std::size_t n = 0; n < chain.targets.size(); ++n) {
        error += std::pow(said(static_cast<std::int64_t>(n)) - chain.targets[n], 2);
        squares += std::pow(chain.targets[n], 2);
      }
    }
    return error / squares;
  };
  using enum GraphBodyKind;
  for (const GraphBodyKind body : {kGcn, kGin, kLstm}) EXPECT_GT(share_of_error(body), 0.999);
  for (const GraphBodyKind body : {kDirectedGcn, kDirectedGin, kDirectedLstm})
    EXPECT_LT(share_of_error(body), 0.2) << name_of(kGraphBodyNames, body);
}

TEST_F(FitTest, TargetsOfEdges) {
  LabeledGraphs data(Readout::kEdge);
  const auto targets_of = [](const LearnGraph& g) {
    std::vector<double> targets;
    for (const Arc& arc : g.graph.dag.edges()) {
      targets.push_back(g.node_targets[static_cast<std::size_t>(arc.tail)] -
                        g.node_targets[static_cast<std::size_t>(arc.head)]);
    }
    return targets;
  };
  for (const LearnGraph& g : graphs_) data.add(g.graph, targets_of(g));
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 40;
  const Predictor predictor = fit(data, recipe);
  double error = 0, spread = 0;
  for (const LearnGraph& g : new_graphs_) {
    const std::vector<double> targets = targets_of(g);
    const Predictions predictions = predictor.predict(g.graph);
    for (std::size_t e = 0; e < targets.size(); ++e) {
      error += std::pow(predictions(static_cast<std::int64_t>(e)) - targets[e], 2);
      spread += std::pow(targets[e], 2);
    }
  }
  EXPECT_LT(error, 0.3 * spread);
}

TEST_F(FitTest, RegressionAndClassesSideBySide) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) data.add(g.graph, {g.graph_target, g.label});
  data.name_tasks({"mean", "sign"});
  Recipe recipe = quick(recipe::mixed({{TaskType::kRegression}, {TaskType::kMulticlass, 2}}));
  recipe.epochs = 40;
  const Predictor predictor = fit(data, recipe);
  EXPECT_THAT(predictor.columns(), ::testing::ElementsAre("mean", "sign_class_0", "sign_class_1"));
  int right = 0;
  for (const LearnGraph& g : new_graphs_) {
    const Predictions p = predictor.predict(g.graph);
    EXPECT_NEAR(p(0, 1) + p(0, 2), 1, 1e-6);
    EXPECT_NEAR(p(0, 0), 1000, 20);
    right += (p(0, 2) > 0.5) == (g.label > 0);
  }
  EXPECT_GE(right, 25);
}

// The split goes over the nodes of one graph; garbage in the nodes that only validate changes no parameter.
TEST_F(FitTest, ASplitOverTheNodesOfOneGraph) {
  LearnGraph one = graphs_.front();
  FitOptions options;
  options.split = FitSplit{.train = {0, 2}, .validation = {1}, .over_things = true};
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 3;
  recipe.members = 1;
  const auto learned = [&](double hidden) {
    LabeledGraphs data(Readout::kNode);
    std::vector<double> targets = one.node_targets;
    for (std::size_t n = 3; n < targets.size(); ++n) targets[n] = hidden;
    data.add(one.graph, targets);
    return fit(data, recipe, options).members().front().parameters;
  };
  ASSERT_GT(learned(0).size(), 0u);
  EXPECT_EQ(learned(0), learned(1e6)) << "nodes in no part are neither learned from nor judged by";
  options.split->validation = {0};
  EXPECT_THAT([&] { learned(0); }, ThrowsMessage<ConfigError>(HasSubstr("names node 0 twice")));
  options.split->validation = {99};
  EXPECT_THAT([&] { learned(0); }, ThrowsMessage<ConfigError>(HasSubstr("names node 99")));
}

TEST_F(FitTest, SameBitsForEveryNumberOfThreads) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) data.add(g.graph, {g.graph_target});
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 2;
  const auto learned = [&](int threads) {
    const ThreadLimit limit(threads);
    const Predictor predictor = fit(data, recipe, {.seed = 7});
    return std::pair(predictor.members()[0].parameters, predictor.members()[1].parameters);
  };
  const auto one = learned(1);
  EXPECT_NE(one.first, one.second);
  EXPECT_EQ(learned(2), one);
  EXPECT_EQ(learned(4), one);
}

TEST_F(FitTest, ReportsEveryEpochOfEveryMember) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) data.add(g.graph, {g.graph_target});
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 3;
  std::multiset<std::int32_t> seen;
  fit(data, recipe, {.on_epoch = [&](std::int32_t member, const EpochReport&) { seen.insert(member); }});
  EXPECT_EQ(seen, (std::multiset<std::int32_t>{0, 0, 0, 1, 1, 1}));
}

TEST_F(FitTest, AStoppedTrainingGivesTheBestSoFar) {
  LabeledGraphs data;
  for (const LearnGraph& g : graphs_) data.add(g.graph, {g.graph_target});
  Recipe recipe = quick(recipe::regression());
  recipe.members = 1;
  recipe.epochs = 2;
  std::int64_t epochs = 0;
  FitOptions options;
  options.on_epoch = [&](std::int32_t, const EpochReport&) { ++epochs; };
  options.stop = [&] { return epochs >= 1; };
  const std::vector<float> stopped = fit(data, recipe, options).members().front().parameters;
  EXPECT_EQ(epochs, 1);
  EXPECT_FALSE(stopped.empty());
  options.stop = [] { return true; };
  EXPECT_THAT([&] { fit(data, recipe, options); }, ThrowsMessage<TrainingError>(HasSubstr("stopped before")));
}

// Descriptors of molecules are not defined for all molecules.
TEST_F(FitTest, AValueOfAGraphThatIsNotFiniteIsAMissingOne) {
  LabeledGraphs data;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    AttributedGraph graph = graphs_[i].graph;
    graph.graph_value_width = 1;
    graph.graph_values = {i % 5 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(i)};
    data.add(graph, {graphs_[i].graph_target});
  }
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 1;
  const Predictions predictions = fit(data, recipe).predict(data.graphs());
  for (const double value : predictions.values) EXPECT_TRUE(std::isfinite(value));
}

TEST_F(FitTest, SaysWhatCannotBeLearned) {
  const auto message = [&](const LabeledGraphs& data, const Recipe& recipe) -> std::string {
    try {
      fit(data, recipe);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message(LabeledGraphs(), recipe::regression()), HasSubstr("no labelled graph"));
  LabeledGraphs missing, alone, same, fine;
  for (const LearnGraph& g : graphs_) {
    alone.add(g.graph, {alone.num_things() == 0 ? 1.0 : std::numeric_limits<double>::quiet_NaN()});
    missing.add(g.graph, {std::numeric_limits<double>::quiet_NaN()});
    same.add(g.graph, {1});
    fine.add(g.graph, {g.graph_target});
  }
  EXPECT_THAT(message(missing, recipe::regression()), HasSubstr("no value of 'target'"));
  for (const auto& [unit, size] : {std::pair(1e-300, "small"), std::pair(1e300, "large")}) {
    LabeledGraphs odd;
    for (const LearnGraph& g : graphs_) odd.add(g.graph, {g.graph_target * unit});
    EXPECT_THAT(message(odd, recipe::regression()),
                AllOf(HasSubstr("values of 'target' go from"), HasSubstr(size)));
  }
  EXPECT_THAT(message(same, recipe::classification()), HasSubstr("all training values of 'target' are 1"));
  EXPECT_THAT(message(alone, recipe::regression()), HasSubstr("has one value of 'target' only"));
  EXPECT_THAT(message(same, recipe::regression()), HasSubstr("all training values of 'target' are 1"));
  Recipe other = recipe::classification();
  other.change = [](Settings& settings) { settings.training.loss = LossKind::kSquaredError; };
  EXPECT_THAT(message(same, other), HasSubstr("squared_error means nothing for a classification task"));
  const auto labels = [&](double last) {
    LabeledGraphs data;
    for (std::size_t i = 0; i < graphs_.size(); ++i)
      data.add(graphs_[i].graph, {i + 1 < graphs_.size() ? static_cast<double>(i % 2) : last});
    return data;
  };
  const std::string last = "fit: graph " + std::to_string(graphs_.size() - 1) + ": 'target' is ";
  EXPECT_THAT(message(labels(2), recipe::classification()), last + "2, expected 0 for no or 1 for yes");
  EXPECT_THAT(message(labels(-1), recipe::classification()), HasSubstr("is -1, expected 0 for no"));
  EXPECT_THAT(message(labels(3), recipe::multiclass(3)), last + "3, expected a class 0 .. 2");
  EXPECT_THAT(message(labels(0.5), recipe::multiclass(3)), last + "0.5, expected a class 0 .. 2");
  LabeledGraphs nodes(Readout::kNode);
  for (const LearnGraph& g : graphs_) {
    std::vector<double> targets(static_cast<std::size_t>(g.graph.dag.num_nodes()), 0);
    targets.front() = 1;
    if (nodes.num_graphs() == 3) targets[1] = 7;
    nodes.add(g.graph, targets);
  }
  EXPECT_THAT(message(nodes, recipe::classification()), HasSubstr("fit: node 1 of graph 3: 'target' is 7"));
  EXPECT_THAT(message(fine, recipe::mixed({{TaskType::kRegression}, {TaskType::kRegression}})),
              HasSubstr("2 tasks, the data has 1 targets"));
}

// Each graph has four rows and an offset that nothing tells. Who knows its other rows knows it, too.
TEST_F(FitTest, GraphsThatASplitKeepsTogetherAreHeldOutTogether) {
  LabeledGraphs data;
  FitSplit together, apart;
  for (std::int32_t g = 0; g < 24; ++g) {
    AttributedGraph graph = graphs_[static_cast<std::size_t>(g)].graph;
    graph.graph_counts = random_counts(random_);
    graph.graph_value_width = 1;
    const double offset = 3 * random_.normal();
    for (std::int32_t i = 0; i < 4; ++i) {
      const double beside = random_.normal();
      graph.graph_values = {static_cast<float>(beside)};
      const std::int32_t row = data.num_graphs();
      data.add(graph, std::vector<double>{offset + beside});
      (g < 4 ? together.validation : together.train).push_back(row);
      (row % 6 == 0 ? apart.validation : apart.train).push_back(row);
    }
  }
  data.set_num_columns(1);
  const auto typical_error = [&](const FitSplit& split) {
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 5;
    FitOptions options;
    options.split = split;
    const Predictor predictor = fit(data, recipe, options);
    EXPECT_EQ(predictor.members().front().domain->columns.size(), 1u);
    return predictor.calibration()->typical_errors[0];
  };
  EXPECT_GT(typical_error(together), 2 * typical_error(apart));
}

}  // namespace
}  // namespace plstm::test
