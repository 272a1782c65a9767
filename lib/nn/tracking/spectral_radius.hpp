#pragma once

#include <Eigen/Core>

namespace plstm {

/// Largest absolute eigenvalue of a row-major matrix [n, n]. `gradient` [n, n], if not null, receives its
/// derivative by the entries: Re(conj(lambda) / |lambda| w v^T) with right and left eigenvectors v and w,
/// w . v = 1. Zero where the largest eigenvalue has no full set of eigenvectors.
double spectral_radius(Eigen::Index n, const double* matrix, double* gradient);

}  // namespace plstm
