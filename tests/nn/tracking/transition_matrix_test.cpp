#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/tracking/transition_matrix.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

constexpr EigenvalueForm kForms[] = {EigenvalueForm::kTanh, EigenvalueForm::kLogSigmoid,
                                     EigenvalueForm::kExpExp};
constexpr TransitionNorm kOrthogonal[] = {TransitionNorm::kExponential, TransitionNorm::kHouseholder,
                                          TransitionNorm::kQr};
constexpr TransitionNorm kLimits[] = {TransitionNorm::kEigenvalueLimit, TransitionNorm::kSingularValueLimit};

auto eigenvalues_of(EigenvalueForm form) {
  return [=](auto& tape, const auto& x) { return eigenvalues(tape, form, x[0]); };
}
auto normalized(TransitionNorm norm, Index size) {
  return [=](auto& tape, const auto& x) { return normalize_matrices(tape, norm, x[0], size); };
}
auto composed(Index size) {
  return [=](auto& tape, const auto& x) { return compose_transition(tape, x[0], x[1], x[2], size); };
}

Matrix<double> matrix_of_row(const Matrix<double>& rows, Index first, Index size) {
  return ConstMatrixMap<double>(rows.data() + first, size, size);
}

TEST(Eigenvalues, HaveKnownValues) {
  const LayerInputs x{{}, {}, {Matrix<double>{{0, 0.2, -0.2}}}};
  const double t = std::tanh(1.0);
  EXPECT_TRUE(
      evaluate<double>(x, eigenvalues_of(EigenvalueForm::kTanh)).isApprox(Matrix<double>{{0, t, -t}}, 1e-14));
  EXPECT_NEAR(evaluate<double>(x, eigenvalues_of(EigenvalueForm::kLogSigmoid))(0, 0), 1.0 / 32, 1e-15);
  EXPECT_NEAR(evaluate<double>(x, eigenvalues_of(EigenvalueForm::kExpExp))(0, 0), std::exp(-5.0), 1e-15);
}

TEST(Eigenvalues, GradientsMatchAndFloatFollows) {
  Random random(kSeed);
  for (const EigenvalueForm form : kForms) {
    for (const Index width : {0, 1, 37}) {
      EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(2, width, random)}}, eigenvalues_of(form)));
    }
    const LayerInputs inputs{{}, {}, {random_matrix(3, 19, random, 2)}};
    EXPECT_TRUE(evaluate<float>(inputs, eigenvalues_of(form))
                    .cast<double>()
                    .isApprox(evaluate<double>(inputs, eigenvalues_of(form)), 1e-5));
  }
}

TEST(Eigenvalues, FarOutAreFinite) {
  const LayerInputs inputs{{}, {}, {Matrix<double>{{-2000, -90, -40, 40, 90, 2000}}}};
  for (const EigenvalueForm form : kForms) {
    const auto result = run_backward<float>(inputs, eigenvalues_of(form));
    EXPECT_TRUE(result.output.allFinite());
    EXPECT_LE(result.output.cwiseAbs().maxCoeff(), 1);
    EXPECT_TRUE(result.matrices[0].allFinite());
    EXPECT_LT(result.matrices[0].cwiseAbs().maxCoeff(), 1e-4);
  }
}

TEST(NormalizeMatrices, MakesOrthogonalOnes) {
  Random random(kSeed);
  for (const TransitionNorm norm : kOrthogonal) {
    for (const Index size : {1, 2, 3, 4, 8}) {
      // The series wants small matrices, the reflections rows that are long beside 1e-5.
      const double scale = norm == TransitionNorm::kExponential ? 0.2 : 100;
      const Matrix<double> a = random_matrix(3, 7 * size * size, random, scale);
      const Matrix<double> y = evaluate<double>({{}, {}, {a}}, normalized(norm, size));
      for (Index first = 0; first < y.size(); first += size * size) {
        const Matrix<double> q = matrix_of_row(y, first, size);
        const double error = norm == TransitionNorm::kQr ? 1e-13 : 1e-3;
        EXPECT_TRUE((q * q.transpose()).isIdentity(error)) << size;
      }
    }
  }
}

TEST(NormalizeMatrices, HaveKnownValues) {
  const auto run = [](TransitionNorm norm, const Matrix<double>& a) {
    return evaluate<double>({{}, {}, {a}}, normalized(norm, 2));
  };
  // S = [[0, 1], [-1, 0]]: a rotation by one radian.
  const double c = std::cos(1.0), s = std::sin(1.0);
  EXPECT_TRUE(run(TransitionNorm::kExponential, Matrix<double>{{3, 2, 1, 5}})
                  .isApprox(Matrix<double>{{c, s, -s, c}}, 1e-10));
  // The reflections at e_1 and e_2 together are -1.
  EXPECT_TRUE(run(TransitionNorm::kHouseholder, Matrix<double>{{1e6, 0, 0, 1e6}})
                  .isApprox(Matrix<double>{{1, 0, 0, 1}}, 1e-9));
  EXPECT_TRUE(run(TransitionNorm::kQr, Matrix<double>{{3, 1, 4, 2}})
                  .isApprox(Matrix<double>{{-0.6, -0.8, -0.8, 0.6}}, 1e-14));
  // Eigenvalues 3 and 1; the nilpotent one has none but zero; the rotation has +-2 i.
  EXPECT_TRUE(run(TransitionNorm::kEigenvalueLimit, Matrix<double>{{2, 1, 1, 2}, {0, 9, 0, 0}, {0, 2, -2, 0}})
                  .isApprox(Matrix<double>{{2.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3}, {0, 9, 0, 0}, {0, 1, -1, 0}},
                            1e-14));
  EXPECT_TRUE(
      run(TransitionNorm::kSingularValueLimit, Matrix<double>{{0, 9, 0, 0}, {0.5, 0, 0, 0.1}, {0, -4, 2, 0}})
          .isApprox(Matrix<double>{{0, 1, 0, 0}, {0.5, 0, 0, 0.1}, {0, -1, 0.5, 0}}, 1e-14));
}

TEST(NormalizeMatrices, LimitsAreExact) {
  Random random(kSeed);
  for (const Index size : {1, 2, 3, 4, 8}) {
    const Matrix<double> a = random_matrix(1, 9 * size * size, random);
    const Matrix<double> by_eigenvalue =
        evaluate<double>({{}, {}, {a}}, normalized(TransitionNorm::kEigenvalueLimit, size));
    const Matrix<double> by_singular =
        evaluate<double>({{}, {}, {a}}, normalized(TransitionNorm::kSingularValueLimit, size));
    for (Index first = 0; first < a.size(); first += size * size) {
      const Matrix<double> m = matrix_of_row(a, first, size);
      // Norms of a high power, and of a high power of m^T m, tell the same without an eigensolver.
      const auto growth = [size](Matrix<double> power) {
        double log = 0;
        for (int i = 0; i < 40; ++i) {
          const double norm = power.norm();
          log += std::log(norm) / std::pow(2.0, i);
          power = ((power / norm) * (power / norm)).eval();
        }
        return std::exp(log);
      };
      EXPECT_TRUE(matrix_of_row(by_eigenvalue, first, size).isApprox(m / std::max(1.0, growth(m)), 1e-9));
      const double singular = std::sqrt(growth(m.transpose() * m));
      EXPECT_TRUE(matrix_of_row(by_singular, first, size).isApprox(m / std::max(1.0, singular), 1e-9));
    }
  }
}

TEST(NormalizeMatrices, GradientsMatch) {
  Random random(kSeed);
  const GradientTolerance tolerance{.relative = 2e-6, .most_entries = 40};
  for (const auto norms :
       {std::span<const TransitionNorm>(kOrthogonal), std::span<const TransitionNorm>(kLimits)}) {
    for (const TransitionNorm norm : norms) {
      for (const Index size : {1, 2, 3, 4, 8}) {
        const LayerInputs inputs{{}, {}, {random_matrix(1, 9 * size * size, random, size > 4 ? 0.5 : 1)}};
        EXPECT_TRUE(gradients_match(inputs, normalized(norm, size), tolerance))
            << static_cast<int>(norm) << " " << size;
      }
      EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 4)}}, normalized(norm, 2)));
    }
  }
}

TEST(NormalizeMatrices, KinksAndSingularMatricesGiveFiniteGradients) {
  const LayerInputs inputs{{},
                           {},
                           {Matrix<double>{{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1},
                                           {2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 1, 0, 0, 2, 1, 0, 0, 2}}}};
  for (const auto norms :
       {std::span<const TransitionNorm>(kOrthogonal), std::span<const TransitionNorm>(kLimits)}) {
    for (const TransitionNorm norm : norms) {
      const auto result = run_backward<float>(inputs, normalized(norm, 3));
      EXPECT_TRUE(result.output.allFinite()) << static_cast<int>(norm);
      EXPECT_TRUE(result.matrices[0].allFinite()) << static_cast<int>(norm);
    }
  }
}

TEST(NormalizeMatrices, NeighboursDoNotMatter) {
  Random random(kSeed);
  for (const auto norms :
       {std::span<const TransitionNorm>(kOrthogonal), std::span<const TransitionNorm>(kLimits)}) {
    for (const TransitionNorm norm : norms) {
      const Matrix<double> all = random_matrix(21, 9, random);
      const Matrix<float> y = evaluate<float>({{}, {}, {all}}, normalized(norm, 3));
      EXPECT_EQ(evaluate<float>({{}, {}, {all.middleRows(20, 1)}}, normalized(norm, 3)), y.middleRows(20, 1));
      EXPECT_TRUE(y.cast<double>().isApprox(evaluate<double>({{}, {}, {all}}, normalized(norm, 3)), 1e-4));
    }
  }
}

TEST(ComposeTransition, GradientsMatchAndFormulaHolds) {
  Random random(kSeed);
  for (const Index size : {1, 2, 3, 8}) {
    for (const Index rows : {0, 1, 11}) {
      const LayerInputs inputs{
          {},
          {},
          {random_matrix(rows, 2 * size * size, random), random_matrix(rows, 2 * size, random),
           random_matrix(rows, 2 * size * size, random)}};
      EXPECT_TRUE(gradients_match(inputs, composed(size), {.most_entries = 12}));
      const Matrix<double> t = evaluate<double>(inputs, composed(size));
      for (Index i = 0; i < 2 * rows; ++i) {
        const Eigen::VectorXd lambda = ConstMatrixMap<double>(inputs.matrices[1].data() + i * size, size, 1);
        const Matrix<double> expected = matrix_of_row(inputs.matrices[0], i * size * size, size) *
                                        lambda.asDiagonal() *
                                        matrix_of_row(inputs.matrices[2], i * size * size, size);
        EXPECT_TRUE(matrix_of_row(t, i * size * size, size).isApprox(expected, 1e-13));
      }
    }
  }
}

TEST(TransitionMatrix, RefusesOtherShapes) {
  const LayerInputs five{{}, {}, {Matrix<double>(1, 5), Matrix<double>(1, 2), Matrix<double>(1, 8)}};
  EXPECT_THAT([&] { evaluate<double>(five, normalized(TransitionNorm::kQr, 2)); },
              ThrowsMessage<ShapeError>("normalize_matrices: a has 5 columns, expected a multiple of 2 x 2"));
  EXPECT_THAT([&] { evaluate<double>(five, composed(2)); },
              ThrowsMessage<ShapeError>("compose_transition: out has shape [1, 5], expected [1, 4]"));
}

}  // namespace
}  // namespace plstm::test
