#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/random.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm::test {
namespace {

// Plain triple loop over matrices inside wider ones.
template <class T>
void expect_product_matches(Index m, Index n, Index k, bool ta, bool tb, Store store, double tolerance) {
  Random random(kSeed);
  constexpr Index kSlack = 3;
  const Index a_rows = ta ? k : m, a_cols = ta ? m : k, b_rows = tb ? n : k, b_cols = tb ? k : n;
  const auto size = [](Index rows, Index cols) { return static_cast<std::size_t>(rows * (cols + kSlack)); };
  const std::vector<T> a = random_normal<T>(size(a_rows, a_cols), random);
  const std::vector<T> b = random_normal<T>(size(b_rows, b_cols), random);
  std::vector<T> c = random_normal<T>(size(m, n), random);
  const std::vector<T> before = c;
  multiply<T>({a.data(), a_rows, a_cols, a_cols + kSlack}, ta ? Transpose::kYes : Transpose::kNo,
              {b.data(), b_rows, b_cols, b_cols + kSlack}, tb ? Transpose::kYes : Transpose::kNo,
              {c.data(), m, n, n + kSlack}, store);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n + kSlack; ++j) {
      const auto at = static_cast<std::size_t>(i * (n + kSlack) + j);
      double expected = store == Store::kAdd || j >= n ? before[at] : 0;
      for (Index p = 0; j < n && p < k; ++p) {
        expected +=
            static_cast<double>(
                a[static_cast<std::size_t>(ta ? p * (a_cols + kSlack) + i : i * (a_cols + kSlack) + p)]) *
            b[static_cast<std::size_t>(tb ? j * (b_cols + kSlack) + p : p * (b_cols + kSlack) + j)];
      }
      ASSERT_NEAR(c[at], expected, tolerance)
          << m << "x" << n << "x" << k << " " << ta << tb << " (" << i << ", " << j << ")";
    }
  }
}

TEST(Product, AgreesWithATripleLoop) {
  for (const auto& [m, n, k] : std::vector<std::array<Index, 3>>{
           {1, 1, 1}, {1, 7, 5}, {30, 24, 96}, {33, 1, 17}, {2, 64, 0}, {65, 31, 40}}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        for (const Store store : {Store::kReplace, Store::kAdd}) {
          expect_product_matches<float>(m, n, k, ta, tb, store, 1e-4);
          expect_product_matches<double>(m, n, k, ta, tb, store, 1e-12);
        }
      }
    }
  }
}

TEST(Product, RefusesShapesThatDoNotFit) {
  std::vector<double> data(100);
  const MatrixView<const double> a{data.data(), 2, 3, 3};
  const MatrixView<const double> b{data.data(), 4, 5, 5};
  EXPECT_THROW(
      multiply<double>(a, Transpose::kNo, b, Transpose::kNo, {data.data() + 50, 2, 5, 5}, Store::kReplace),
      ShapeError);
}

}  // namespace
}  // namespace plstm::test
