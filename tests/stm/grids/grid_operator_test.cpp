#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/stm/grids/grid_operator.hpp>

#include "support/count_allocations.hpp"
#include "support/golden.hpp"
#include "support/grid_data.hpp"
#include "support/operator_data.hpp"
#include "support/random_graph.hpp"
#include "support/run_operator.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

constexpr GridForm kGridForms[] = {GridForm::kAuto, GridForm::kRecurrent, GridForm::kChunkwise,
                                   GridForm::kDense, GridForm::kSliced};

TEST(GoldenGridOperator, MatchesEveryCaseInEveryForm) {
  const nlohmann::json golden = read_golden("plstm2d.json");
  ASSERT_GT(golden.size(), 0u);
  for (const auto& [name, c] : golden.items()) {
    const auto size = [&, &c = c](const char* key) { return c.at(key).get<Index>(); };
    GridData data{{size("batch"),
                   size("size_x"),
                   size("size_y"),
                   1,
                   size("key_dim"),
                   size("value_dim"),
                   {size("JT"), size("JK"), size("JV"), size("JO"), size("JQ")}}};
    for (std::size_t i = 0; i < data.arrays.size(); ++i) {
      if (c.contains(kGridArrays[i])) data.arrays[i] = golden_data(c.at(kGridArrays[i]));
    }
    for (const GridForm form : kGridForms) {
      const GridResult r =
          run_grid<double>(data, golden_data(c.at("output_gradient")), {form, c.at("levels")});
      const std::string label = name + " form " + std::to_string(static_cast<int>(form)) + " ";
      EXPECT_TRUE(matches_golden(label + "output", r.output, c.at("output")));
      for (std::size_t i = 0; i < data.arrays.size(); ++i) {
        const std::string gradient = std::string("grad_") + kGridArrays[i];
        if (data.arrays[i].empty()) continue;
        EXPECT_TRUE(matches_golden(label + gradient, r.gradients.arrays[i], c.at(gradient)));
      }
    }
  }
}

// Everything that decides which loops run.
struct GridCase {
  explicit GridCase(std::uint64_t seed) : random(seed) {
    const auto below = [&](std::uint64_t n) { return static_cast<Index>(random.below(n)); };
    GridShape shape{below(3), below(12), below(12), 1 + below(2), 1 + below(5), 1 + below(5)};
    if (below(2) == 0)
      shape.tracking = {1 + below(3), 1 + below(2), 1 + below(2), 1 + below(2), 1 + below(2)};
    shape.orientations = below(2) == 0 ? 1 : 4;
    data = random_grid_data(shape, static_cast<GridTurns>(below(3)), random, 0.4);
    dy = random_normal<double>(grid_output_size(shape), random);
    levels = static_cast<int>(below(4));
  }
  Random random;
  GridData data;
  std::vector<double> dy;
  int levels = 0;
};

RC_GTEST_PROP(GridOperatorLaw, FormsAgree, (std::uint64_t seed)) {
  const GridCase c(seed);
  const GridResult expected = run_grid<double>(c.data, c.dy, {GridForm::kRecurrent});
  for (const GridForm form : kGridForms) {
    for (const bool keep : {false, true}) {
      SCOPED_TRACE(testing::Message()
                   << "form " << static_cast<int>(form) << " levels " << c.levels << " keep " << keep);
      expect_close(run_grid<double>(c.data, c.dy, {form, c.levels}, keep), expected, 1e-10);
    }
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

// Rows of a graph's array [edges or line edges] from the grid's gates, and the operator on it.
TEST(GridOperator, IsTheGraphOperatorOnAGridDag) {
  Random random(kSeed);
  constexpr Index kX = 6, kY = 5;
  for (const GridTurns turns : {GridTurns::kBoth, GridTurns::kUpToRight, GridTurns::kLeftToDown}) {
    const GridData data = random_grid_data({1, kX, kY, 1, 4, 3}, turns, random);
    // Node x * kY + y; an edge to y + 1 counts as right in the graph's picture, which is ours on its side.
    const Dag dag = grid(static_cast<NodeId>(kY), static_cast<NodeId>(kX));
    const LineGraph line = make_line_graph(dag);
    const StmGraph graph = make_stm_graph(dag, line);
    OperatorData on_graph{1, 4, 3, data.arrays[0], data.arrays[1], data.arrays[2], {}, {}, {}, {}};
    const auto goes_right = [&](EdgeId e) { return dag.head(e) - dag.tail(e) == kY; };
    const auto gate = [&](std::size_t array, NodeId node) {
      return data.arrays[array].empty() ? 0.0 : data.arrays[array][static_cast<std::size_t>(node)];
    };
    for (EdgeId e = 0; e < dag.num_edges(); ++e) {
      on_graph.source.push_back(gate(goes_right(e) ? 3 : 4, dag.tail(e)));
      on_graph.mark.push_back(gate(goes_right(e) ? 9 : 10, dag.head(e)));
    }
    for (const Arc& turn : line.edges()) {
      const bool from_left = goes_right(turn.tail), to_right = goes_right(turn.head);
      const std::size_t array = from_left ? (to_right ? 5 : 7) : (to_right ? 8 : 6);
      on_graph.transition.push_back(gate(array, dag.head(turn.tail)));
    }
    on_graph.direct = data.arrays[11];
    std::vector<double> dy = random_normal<double>(grid_output_size(data.shape), random);
    const GridResult actual = run_grid<double>(data, dy, {GridForm::kChunkwise, 1});
    for (double& x : dy) x /= 2;  // K^(-1/2)
    const OperatorResult expected = run_operator<double>(graph, on_graph, dy, StmForm::kAuto);
    for (std::size_t i = 0; i < actual.output.size(); ++i)
      EXPECT_NEAR(actual.output[i], expected.output[i] / 2, 1e-11) << i;
    for (std::size_t i = 0; i < actual.gradients.arrays[0].size(); ++i)
      EXPECT_NEAR(actual.gradients.arrays[0][i], expected.gradients.query[i], 1e-11) << i;
    for (std::size_t l = 0; l < line.edges().size(); ++l) {
      const Arc& turn = line.edges()[l];
      const bool from_left = goes_right(turn.tail), to_right = goes_right(turn.head);
      const std::size_t array = from_left ? (to_right ? 5 : 7) : (to_right ? 8 : 6);
      if (data.arrays[array].empty()) continue;
      EXPECT_NEAR(actual.gradients.arrays[array][static_cast<std::size_t>(dag.head(turn.tail))],
                  expected.gradients.transition[l], 1e-11);
    }
  }
}

// One head's gates of one orientation, everything with the rows of the grid flipped as that orientation reads
// it.
GridData one_orientation(const GridData& data, Index orientation) {
  GridData one{data.shape};
  one.shape.orientations = 1;
  const GridShape& s = data.shape;
  for (std::size_t i = 0; i < data.arrays.size(); ++i) {
    const auto [heads, width] = grid_array_sizes(s, i);
    const Index groups = heads / s.heads;  // 1 or 4
    for (Index b = 0; b < s.batch; ++b) {
      for (Index x = 0; x < s.size_x; ++x) {
        for (Index y = 0; y < s.size_y; ++y) {
          const Index from_x = (orientation & 1) != 0 ? s.size_x - 1 - x : x;
          const Index from_y = (orientation & 2) != 0 ? s.size_y - 1 - y : y;
          const Index row = (b * s.size_x + from_x) * s.size_y + from_y;
          for (Index h = 0; h < s.heads; ++h) {
            const Index head = groups == 1 ? h : h * groups + orientation;
            const auto begin = data.arrays[i].begin() + (row * heads + head) * width;
            one.arrays[i].insert(one.arrays[i].end(), begin, begin + width);
          }
        }
      }
    }
  }
  return one;
}

TEST(GridOperator, ReadsTheFlippedGridInTheOtherOrientations) {
  Random random(kSeed);
  const GridShape shape{2, 3, 5, 2, 2, 3, {2, 1, 1, 1, 2}, 4};
  const GridData data = random_grid_data(shape, GridTurns::kBoth, random);
  const std::size_t size = grid_output_size(shape);
  std::vector<double> expected(size);
  for (Index o = 0; o < 4; ++o) {
    GridData one = one_orientation(data, o);
    if (o > 0) std::fill(one.arrays[11].begin(), one.arrays[11].end(), 0.0);  // the direct gate counts once
    const std::vector<double> y =
        run_grid<double>(one, std::vector<double>(size, 1.0), {GridForm::kRecurrent}).output;
    for (Index i = 0; i < 2 * 3 * 5; ++i) {
      const Index b = i / 15, x = i / 5 % 3, c = i % 5;
      const Index to = (b * 3 + ((o & 1) != 0 ? 2 - x : x)) * 5 + ((o & 2) != 0 ? 4 - c : c);
      for (Index k = 0; k < 6; ++k)
        expected[static_cast<std::size_t>(to * 6 + k)] += y[static_cast<std::size_t>(i * 6 + k)];
    }
  }
  for (const GridForm form : kGridForms) {
    const GridResult actual = run_grid<double>(data, std::vector<double>(size, 1.0), {form, 1});
    for (std::size_t i = 0; i < size; ++i) EXPECT_NEAR(actual.output[i], expected[i], 1e-11) << i;
  }
}

TEST(GridOperator, GradientsAreThoseOfTheOutput) {
  Random random(kSeed);
  const GridShape shape{1, 3, 4, 1, 2, 2, {2, 2, 1, 2, 1}, 4};
  const GridData data = random_grid_data(shape, GridTurns::kBoth, random);
  const std::vector<double> dy = random_normal<double>(grid_output_size(shape), random);
  for (const GridForm form : kGridForms) {
    const auto loss = [&](const GridData& at) {
      const GridResult r = run_grid<double>(at, dy, {form, 1});
      return std::inner_product(dy.begin(), dy.end(), r.output.begin(), 0.0);
    };
    const GridResult r = run_grid<double>(data, dy, {form, 1});
    for (std::size_t i = 0; i < data.arrays.size(); ++i) {
      for (int k = 0; k < 4; ++k) {
        const std::size_t entry = random.below(data.arrays[i].size());
        GridData up = data, down = data;
        up.arrays[i][entry] += 1e-5;
        down.arrays[i][entry] -= 1e-5;
        EXPECT_NEAR(r.gradients.arrays[i][entry], (loss(up) - loss(down)) / 2e-5, 1e-5)
            << kGridArrays[i] << "[" << entry << "]";
      }
    }
  }
}

// With more blocks and fewer items than threads, and the other way round; with one slice of states and many.
TEST(GridOperator, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  for (const GridShape& shape :
       {GridShape{1, 33, 18, 1, 8, 8, {}, 1}, GridShape{1, 33, 18, 3, 8, 8, {}, 1},
        GridShape{1, 33, 18, 3, 8, 8, {}, 4}, GridShape{1, 20, 21, 1, 33, 40, {}, 1}}) {
    const GridData data = random_grid_data(shape, GridTurns::kUpToRight, random, 0.3);
    const std::vector<double> dy = random_normal<double>(grid_output_size(data.shape), random);
    for (const GridForm form : kGridForms) {
      const auto run = [&](int threads) {
        const ThreadLimit limit(threads);
        return run_grid<float>(data, dy, {form, 2});
      };
      const GridResult one = run(1);
      for (const int threads : {2, 4}) {
        const GridResult more = run(threads);
        EXPECT_EQ(more.output, one.output) << threads;
        EXPECT_EQ(more.gradients.arrays, one.gradients.arrays) << threads;
      }
    }
  }
}

TEST(GridOperator, FloatIsCloseToDouble) {
  Random random(kSeed);
  // Many vectors of path sums and few; slices of many rows and columns.
  for (const GridShape& shape : {GridShape{1, 20, 19, 1, 32, 24, {}, 4}, GridShape{2, 8, 7, 2, 16, 16, {}, 4},
                                 GridShape{1, 9, 10, 2, 33, 40, {}, 1}}) {
    const GridData data = random_grid_data(shape, GridTurns::kBoth, random, 0.3);
    const std::vector<double> dy = random_normal<double>(grid_output_size(shape), random);
    const GridResult expected = run_grid<double>(data, dy, {GridForm::kRecurrent});
    for (const GridForm form : kGridForms) expect_close(run_grid<float>(data, dy, {form}), expected, 1e-4);
  }
}

TEST(GridOperator, AcceptsGridsWithoutNodesAndWithOne) {
  Random random(kSeed);
  for (const GridShape& shape :
       {GridShape{0, 3, 3, 1, 2, 2}, GridShape{2, 0, 3, 1, 2, 2}, GridShape{2, 3, 0, 1, 2, 2},
        GridShape{2, 3, 3, 0, 2, 2}, GridShape{1, 1, 1, 1, 1, 1}}) {
    const GridData data = random_grid_data(shape, GridTurns::kBoth, random);
    const std::vector<double> dy(grid_output_size(shape), 1.0);
    for (const GridForm form : kGridForms) {
      const GridResult r = run_grid<double>(data, dy, {form});
      if (dy.empty()) continue;
      EXPECT_NEAR(r.output[0], data.arrays[0][0] * data.arrays[1][0] * data.arrays[2][0] * data.arrays[11][0],
                  1e-14);
      EXPECT_NEAR(r.gradients.arrays[11][0], data.arrays[0][0] * data.arrays[1][0] * data.arrays[2][0],
                  1e-14);
    }
  }
}

TEST(GridOperator, AddsToTheGradients) {
  Random random(kSeed);
  const GridData data = random_grid_data({1, 3, 3, 1, 2, 2, {}, 4}, GridTurns::kBoth, random);
  for (const GridForm form : kGridForms) {
    GridArrays<double> arrays(data), once(data), twice(data);
    once.clear();
    twice.clear();
    const std::vector<double> dy(18, 1.0);
    GridWorkspace<double> workspace;
    const auto run = [&](GridArrays<double>& to) {
      grid_backward<double>(arrays.inputs(), heads_in_columns(dy.data(), 1, 2), to.gradients(), {form, 0},
                            workspace);
    };
    run(once);
    run(twice);
    run(twice);
    for (std::size_t i = 0; i < 12; ++i) {
      for (std::size_t k = 0; k < once.arrays[i].size(); ++k)
        EXPECT_NEAR(twice.arrays[i][k], 2 * once.arrays[i][k], 1e-12) << kGridArrays[i];
    }
  }
}

TEST(GridOperator, RefusesWhatMakesNoSense) {
  GridWorkspace<double> workspace;
  const auto message = [&](const GridShape& shape, const GridOptions& options) -> std::string {
    GridInputs<double> inputs{};
    inputs.shape = shape;
    try {
      grid_forward<double>(inputs, {}, options, workspace);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({1, -1, 2, 1, 1, 1}, {}), "grid_forward: shape.size_x is -1, must be at least 0");
  EXPECT_EQ(message({1, 1, 2, 1, 0, 1}, {}), "grid_forward: shape.key_width is 0, must be at least 1");
  EXPECT_EQ(message({1, 1, 2, 1, 1, 1, {0}}, {}),
            "grid_forward: shape.tracking.state is 0, must be at least 1");
  EXPECT_EQ(message({1, 1, 2, 1, 1, 1, {}, 2}, {}), "grid_forward: shape.orientations is 2, must be 1 or 4");
  EXPECT_EQ(message({1, 1, 2, 1, 1, 1}, {GridForm::kAuto, 7}),
            "grid_forward: levels is 7, must lie between 0 and 6, or be -1 for the default");
  EXPECT_EQ(message({0, 1, 2, 1, 1, 1}, {}), "");
}

TEST(GridOperator, NamesAnArrayThatIsMissing) {
  Random random(kSeed);
  GridArrays<double> arrays(random_grid_data({1, 4, 4, 1, 2, 2}, GridTurns::kBoth, random));
  GridWorkspace<double> workspace;
  std::vector<double> y(32);
  const HeadRows<double> output = heads_in_columns(y.data(), 1, 2);
  const HeadRows<const double> gradient = heads_in_columns<const double>(y.data(), 1, 2);
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const ShapeError& error) {
      return error.what();
    }
    return "";
  };
  GridInputs<double> inputs = arrays.inputs();
  inputs.left_to_down = {};  // a turn may be missing
  EXPECT_EQ(message([&] { grid_forward<double>(inputs, output, {}, workspace); }), "");
  inputs.mark_up = {};
  EXPECT_EQ(message([&] { grid_forward<double>(inputs, output, {}, workspace); }),
            "grid_forward: inputs.mark_up has no data");
  EXPECT_EQ(message([&] { grid_forward<double>(arrays.inputs(), {}, {}, workspace); }),
            "grid_forward: output has no data");
  GridGradients<double> gradients = arrays.gradients();
  gradients.up_to_right = {};
  EXPECT_EQ(message([&] { grid_backward<double>(arrays.inputs(), gradient, gradients, {}, workspace); }),
            "grid_backward: gradients.up_to_right has no data");
  EXPECT_EQ(message([&] { grid_backward<double>(arrays.inputs(), gradient, {}, {}, workspace); }),
            "grid_backward: gradients.query has no data");
}

TEST(GridOperator, RefusesStatesOfSomethingElse) {
  Random random(kSeed);
  GridArrays<double> arrays(random_grid_data({1, 4, 4, 1, 2, 2}, GridTurns::kBoth, random));
  GridWorkspace<double> workspace;
  const GridStates<double> empty;
  for (const GridForm form : {GridForm::kRecurrent, GridForm::kChunkwise}) {
    EXPECT_THROW(grid_backward<double>(arrays.inputs(), {}, arrays.gradients(), {form, 1}, workspace, &empty),
                 ConfigError);
  }
}

TEST(GridOperator, AllocatesNothingWhenRunAgain) {
  Random random(kSeed);
  const ThreadLimit limit(1);
  GridArrays<float> arrays(random_grid_data({2, 9, 9, 2, 8, 8, {}, 4}, GridTurns::kBoth, random));
  GridArrays<float> gradients = arrays;
  std::vector<float> y(2 * 81 * 16), dy(y.size(), 1.0f);
  for (const GridForm form : kGridForms) {
    for (const bool keep : {false, true}) {
      GridWorkspace<float> workspace;
      GridStates<float> states;
      const auto run = [&] {
        grid_forward<float>(arrays.inputs(), heads_in_columns(y.data(), 2, 8), {form, 1}, workspace,
                            keep ? &states : nullptr);
        grid_backward<float>(arrays.inputs(), heads_in_columns<const float>(dy.data(), 2, 8),
                             gradients.gradients(), {form, 1}, workspace, keep ? &states : nullptr);
      };
      for (int i = 0; i < 4; ++i) run();
      const std::size_t before = allocations;
      run();
      EXPECT_EQ(allocations, before) << static_cast<int>(form) << keep;
    }
  }
}

}  // namespace
}  // namespace plstm::test
