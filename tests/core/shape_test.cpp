#include <string>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm::test {
namespace {

TEST(Shape, NamesFunctionArgumentAndBothShapes) {
  EXPECT_NO_THROW(check_shape("f", "x", {2, 3}, {2, 3}));
  try {
    check_shape("stm_forward", "transition", {2, 7}, {2, 9});
    FAIL() << "accepted a wrong shape";
  } catch (const ShapeError& error) {
    EXPECT_EQ(std::string(error.what()), "stm_forward: transition has shape [2, 7], expected [2, 9]");
  }
}

TEST(Shape, NamesSizes) {
  EXPECT_NO_THROW(check_size("f", "x", 4, 4));
  try {
    check_size("f", "x", 4, 5);
    FAIL() << "accepted a wrong size";
  } catch (const ShapeError& error) {
    EXPECT_EQ(std::string(error.what()), "f: x has 4 entries, expected 5");
  }
}

}  // namespace
}  // namespace plstm::test
