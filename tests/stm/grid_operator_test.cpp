#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/stm/grid_operator.hpp>

#include "support/golden.hpp"
#include "support/grid_data.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

constexpr GridForm kGridForms[] = {GridForm::kAuto, GridForm::kRecurrent, GridForm::kChunkwise,
                                   GridForm::kDense};

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

}  // namespace
}  // namespace plstm::test
