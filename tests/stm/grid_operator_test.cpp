#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/stm/grid_operator.hpp>

#include "support/golden.hpp"
#include "support/grid_data.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

constexpr GridForm kGridForms[] = {GridForm::kAuto, GridForm::kRecurrent};

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

}  // namespace
}  // namespace plstm::test
