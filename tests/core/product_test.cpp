#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
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
  for (const auto& [m, n, k] : std::vector<std::array<Index, 3>>{{1, 1, 1},
                                                                 {1, 7, 5},
                                                                 {30, 24, 96},
                                                                 {33, 1, 17},
                                                                 {2, 64, 0},
                                                                 {65, 31, 40},
                                                                 {23, 64, 161},
                                                                 {600, 49, 3}}) {
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

template <class T>
void expect_bias_added(Index m, Index n, Index k) {
  Random random(kSeed);
  const std::vector<T> a = random_normal<T>(static_cast<std::size_t>(m * k), random);
  const std::vector<T> b = random_normal<T>(static_cast<std::size_t>(k * n), random);
  const std::vector<T> bias = random_normal<T>(static_cast<std::size_t>(n), random);
  std::vector<T> plain(static_cast<std::size_t>(m * n)), biased(plain.size(), T(7));
  multiply<T>({a.data(), m, k, k}, Transpose::kNo, {b.data(), k, n, n}, Transpose::kNo,
              {plain.data(), m, n, n}, Store::kReplace);
  multiply<T>({a.data(), m, k, k}, Transpose::kNo, {b.data(), k, n, n}, Transpose::kNo,
              {biased.data(), m, n, n}, Store::kReplace, bias.data());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    ASSERT_NEAR(biased[i], plain[i] + bias[i % bias.size()], 1e-4) << m << "x" << n << "x" << k << " " << i;
  }
}

TEST(Product, RowsMayStartFromABias) {
  for (const auto& [m, n, k] :
       std::vector<std::array<Index, 3>>{{1, 1, 1}, {9, 7, 5}, {3, 50, 0}, {12, 61, 200}}) {
    expect_bias_added<float>(m, n, k);
    expect_bias_added<double>(m, n, k);
  }
}

// So that a row of a batch gives the bits that it gives alone.
TEST(Product, BitsOfARowDoNotDependOnTheOthers) {
  constexpr Index kRows = 531, kDepth = 200, kColumns = 53;
  Random random(kSeed);
  const auto a = random_normal<float>(kRows * kDepth, random),
             b = random_normal<float>(kDepth * kColumns, random);
  std::vector<float> all(kRows * kColumns), row(kColumns);
  const MatrixView<const float> right{b.data(), kDepth, kColumns, kColumns};
  multiply<float>({a.data(), kRows, kDepth, kDepth}, Transpose::kNo, right, Transpose::kNo,
                  {all.data(), kRows, kColumns, kColumns}, Store::kReplace);
  if (instruction_set() == InstructionSet::kBaseline) GTEST_SKIP() << "Eigen promises no such thing";
  for (const Index i : {0, 7, 8, 519, 527, 530}) {
    multiply<float>({a.data() + i * kDepth, 1, kDepth, kDepth}, Transpose::kNo, right, Transpose::kNo,
                    {row.data(), 1, kColumns, kColumns}, Store::kReplace);
    ASSERT_TRUE(std::equal(row.begin(), row.end(), all.begin() + i * kColumns)) << i;
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

TEST(Transpose, TurnsRowsIntoColumns) {
  for (const Index rows : {0, 1, 3, 17}) {
    for (const Index cols : {0, 1, 8, 37}) {
      std::vector<float> from(static_cast<std::size_t>(rows * cols)), to(from.size());
      for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i);
      transpose(rows, cols, from.data(), to.data());
      const ConstMatrixMap<float> before(from.data(), rows, cols), after(to.data(), cols, rows);
      EXPECT_EQ(Matrix<float>(before.transpose()), Matrix<float>(after)) << rows << " x " << cols;
    }
  }
}

}  // namespace
}  // namespace plstm::test
