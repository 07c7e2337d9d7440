//! Lengths that cannot be counted: a layout that wrapped would accept a slice that is far too short.

use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::curvature::slices::{PlaneGridLayout, PrincipalLayout};
use losscape::curvature::{
    BatchSharpnessLayout, DeflatedTraceLayout, DensityLayout, EigenLayout, FollowingLayout, HessianLayout,
    LanczosLayout, PowerLayout, SaddleFreeLayout, SearchLayout, SharpnessLayout, SubspaceLayout, TraceLayout,
};
use losscape::diffusion::{
    Boundary, EliminationLayout, EnsembleLayout, EvolutionLayout, FokkerPlanckLayout,
    GradientCovarianceLayout, SpectralGapLayout,
};
use losscape::flow::{CentralFlowLayout, FlowLayout};
use losscape::path::{AutoNebLayout, BandLayout, CurveLayout, StringLayout, StringSamplingLayout};
use losscape::sgd::SgdLayout;
use losscape::smoothing::{GraduatedLayout, GridConvolutionLayout, OnePointLayout, SampledConvolutionLayout};

const MOST: usize = usize::MAX;

/// Every length of every layout, where one number it is made of is `most`.
fn lengths(most: usize) -> Vec<usize> {
    let (density, saddle_free) =
        (DensityLayout::new(most, most, 0, 1), SaddleFreeLayout::new(most, most, 0, 0));
    let rows = [
        vec![EigenLayout::new(most).len(), PrincipalLayout::new(most).len(), SubspaceLayout::new(most).len()],
        vec![
            HessianLayout::new(most, 1).len(),
            HessianLayout::new(1, most).len(),
            HessianLayout::new(most, 1).matrix_len(),
        ],
        vec![HessianLayout::several(most, 2, 1).len()],
        vec![
            TraceLayout::new(most, 1).len(),
            TraceLayout::new(1, most).len(),
            TraceLayout::several(2, most, 0).len(),
        ],
        vec![PowerLayout::new(most, 1).len(), PowerLayout::new(1, most).len()],
        vec![DeflatedTraceLayout::new(most, 1, 1).len(), DeflatedTraceLayout::new(1, 1, most).len()],
        vec![DeflatedTraceLayout::new(most, 2, 0).basis_len()],
        vec![
            LanczosLayout::new(most, 1, 1).len(),
            LanczosLayout::new(most, most, 0).len(),
            LanczosLayout::new(1, 1, most).len(),
        ],
        vec![LanczosLayout::new(most, 2, 0).basis_len(), LanczosLayout::new(most, most, 0).basis_len()],
        vec![density.nodes_len(), density.lanczos().len(), density.lanczos().basis_len()],
        vec![DensityLayout::new(3, 1, 0, most).nodes_len()],
        vec![saddle_free.len(), saddle_free.lanczos().len(), SaddleFreeLayout::new(most, 1, 0, 0).len()],
        vec![SaddleFreeLayout::new(1, 1, most, 0).len()],
        vec![
            FollowingLayout::new(most, 0, 0).len(),
            FollowingLayout::new(1, most, 0).len(),
            FollowingLayout::new(1, 0, most).len(),
        ],
        vec![FollowingLayout::new(most, 0, 0).matrix_len(), SearchLayout::new(most, 0, 0).matrix_len()],
        vec![
            SearchLayout::new(most, 0, 0).len(),
            SearchLayout::new(1, most, 0).len(),
            SearchLayout::new(1, 0, most).len(),
        ],
        vec![SharpnessLayout::new(most, 1).len(), SharpnessLayout::new(1, most).len()],
        vec![BatchSharpnessLayout::new(most, 1).len(), BatchSharpnessLayout::new(1, most).len()],
        vec![PlaneGridLayout::new(1, most, 1).len(), PlaneGridLayout::new(1, 1, most).len()],
        vec![
            BandLayout::new(most, 2, 0).len(),
            BandLayout::new(2, most, 0).len(),
            BandLayout::new(2, 2, most).len(),
        ],
        vec![
            AutoNebLayout::new(most, 2, 0).len(),
            AutoNebLayout::new(2, most, 0).len(),
            AutoNebLayout::new(2, 2, most).len(),
        ],
        vec![
            StringLayout::new(most, 2, 0).len(),
            StringLayout::new(2, most, 0).len(),
            StringLayout::new(2, 2, most).len(),
        ],
        vec![StringSamplingLayout::new(1, most, 0).len(), StringSamplingLayout::new(most, 1, most).len()],
        vec![
            CurveLayout::new(most, 2, 0).len(),
            CurveLayout::new(2, most, 0).len(),
            CurveLayout::new(2, 2, most).len(),
        ],
        vec![SgdLayout::new(most, 1).len(), SgdLayout::new(1, most).len()],
        vec![FlowLayout::new(most, 1).len(), FlowLayout::new(1, most).len()],
        vec![CentralFlowLayout::new(most, 1).len(), CentralFlowLayout::new(1, most).len()],
        vec![EnsembleLayout::new(most, 1).len(), EnsembleLayout::new(1, most).len()],
        vec![SpectralGapLayout::new(most).len()],
        vec![
            GradientCovarianceLayout::new(most, 1, 1).len(),
            GradientCovarianceLayout::new(2, most, 1).len(),
        ],
        vec![GradientCovarianceLayout::new(1, 1, most).len()],
        vec![GraduatedLayout::new(most, 1).len(), GraduatedLayout::new(1, most).len()],
        vec![OnePointLayout::new(most, 1).len(), OnePointLayout::new(1, most).len()],
        vec![SampledConvolutionLayout::new(most, 1).len(), SampledConvolutionLayout::new(1, most).len()],
    ];
    rows.concat()
}

#[test]
fn hostile_lengths_do_not_wrap() {
    let short: Vec<_> = lengths(MOST).into_iter().enumerate().filter(|(_, length)| *length < MOST).collect();
    assert_eq!(short, [], "of {MOST}");
    for (k, length) in lengths(MOST / 2 + 2).into_iter().enumerate() {
        assert!(length >= MOST / 2 + 2, "length {k}: {length}");
    }
}

/// Cells are counted in 32 bits, so what does not fit a 32-bit `usize` fits a 64-bit one along one axis, and in two does not.
#[test]
fn hostile_grids_do_not_wrap() {
    const CELLS: u32 = u32::MAX;
    let walls = [Boundary::Reflecting; 3];
    let lengths = [
        FokkerPlanckLayout::new([CELLS; 3]).len(),
        EvolutionLayout::new([CELLS; 3]).len(),
        EliminationLayout::new([CELLS; 3], walls).len(),
    ];
    assert_eq!(lengths, [MOST; 3]);
    assert!(FokkerPlanckLayout::new([CELLS]).len() >= CELLS as usize);
    assert!(PlaneGridLayout::new(CELLS, 2, 0).values_len() >= CELLS as usize);
    let line = Grid::new([Axis::new(0.0, 1e-30, 1 << 16).expect("axis")]).expect("grid");
    assert!(GridConvolutionLayout::new(&line, &Kernel::Gaussian { std_dev: 1e30f64 }).len() >= 1 << 16);
}
