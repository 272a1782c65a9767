#include "nn/tracking/spectral_radius.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

namespace plstm {

namespace {

using Eigen::Index;

// lambda = h +- sqrt(h^2 - det), h half the trace.
double radius_of_pair(const double* a, double* gradient) {
  const double half = 0.5 * (a[0] + a[3]);
  const double det = a[0] * a[3] - a[1] * a[2];
  const double below = 0.25 * (a[0] - a[3]) * (a[0] - a[3]) + a[1] * a[2];  // h^2 - det without cancellation
  if (below < 0) {  // a complex pair: |lambda|^2 = det
    const double radius = std::sqrt(det);
    if (gradient != nullptr) {
      const double f = 0.5 / radius;
      gradient[0] = f * a[3];
      gradient[1] = -f * a[2];
      gradient[2] = -f * a[1];
      gradient[3] = f * a[0];
    }
    return radius;
  }
  const double root = std::sqrt(below);
  if (gradient != nullptr) {
    const double sign = half < 0 ? -1 : 1;
    const double f = root > 0 ? 0.5 / root : 0;
    const double turn = f * 0.5 * (a[0] - a[3]);
    gradient[0] = 0.5 * sign + turn;
    gradient[1] = f * a[2];
    gradient[2] = f * a[1];
    gradient[3] = 0.5 * sign - turn;
  }
  return std::abs(half) + root;
}

}  // namespace

double spectral_radius(Index n, const double* matrix, double* gradient) {
  if (n == 2) return radius_of_pair(matrix, gradient);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd a = Eigen::Map<const RowMajor>(matrix, n, n);
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(a, gradient != nullptr);
  Index largest = 0;
  const double radius = solver.eigenvalues().cwiseAbs().maxCoeff(&largest);
  if (gradient == nullptr) return radius;
  // Row `largest` of the inverse of the eigenvectors is the left eigenvector.
  const Eigen::MatrixXcd vectors = solver.eigenvectors();
  Eigen::VectorXcd unit = Eigen::VectorXcd::Zero(n);
  unit[largest] = 1;
  const Eigen::VectorXcd left = vectors.transpose().partialPivLu().solve(unit);
  const std::complex<double> direction =
      radius > 0 ? std::conj(solver.eigenvalues()[largest]) / radius : std::complex<double>(0);
  const Eigen::VectorXcd right = vectors.col(largest);
  bool finite = true;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      gradient[i * n + j] = std::real(direction * left[i] * right[j]);
      finite = finite && std::isfinite(gradient[i * n + j]);
    }
  }
  if (!finite) std::fill_n(gradient, n * n, 0.0);
  return radius;
}

}  // namespace plstm
