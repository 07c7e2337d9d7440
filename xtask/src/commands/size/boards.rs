//! The boards, and the programs that each of them runs.

use crate::tools::install::{self, Tool};

/// An emulated board that counts instructions.
pub(super) struct Board {
    pub(super) name: &'static str,
    pub(super) triple: &'static str,
    pub(super) package: &'static str,
    pub(super) emulator: Tool,
    pub(super) machine: &'static str,
    /// The programs whose memory and patience suffice.
    pub(super) programs: &'static [Build],
}

/// How a program is built.
pub(super) struct Build {
    /// Its name, which is also that of its feature of `losscape-programs`.
    pub(super) program: &'static str,
    /// Distinguishes this build from others of the program, for a reader.
    pub(super) note: &'static str,
    pub(super) opt_level: &'static str,
    /// More features of `losscape-programs`.
    pub(super) features: &'static [&'static str],
}

impl Build {
    pub(super) fn all_features(&self) -> String {
        let features = core::iter::once(self.program).chain(self.features.iter().copied());
        features.map(|feature| format!("programs/{feature}")).collect::<Vec<_>>().join(",")
    }
}

/// A program as anybody would build it.
const fn fast(program: &'static str) -> Build {
    Build { program, note: "", opt_level: "3", features: &[] }
}

pub(super) const BOARDS: [Board; 3] = [
    Board {
        name: "Cortex-M0, micro:bit",
        triple: "thumbv6m-none-eabi",
        package: "losscape-cortex-m",
        emulator: install::QEMU_ARM,
        machine: "-M microbit",
        programs: &[
            fast("xor"),
            fast("autoneb_xor"),
            fast("reader"),
            fast("cloud"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
    Board {
        name: "Cortex-M4F, mps2-an386",
        triple: "thumbv7em-none-eabihf",
        package: "losscape-cortex-m",
        emulator: install::QEMU_ARM,
        machine: "-M mps2-an386",
        programs: &[
            fast("xor"),
            fast("spirals"),
            Build { note: ", small tiles", features: &["small-memory"], ..fast("spirals") },
            Build { note: ", compact", features: &["compact"], ..fast("spirals") },
            Build { note: ", `s`, compact", opt_level: "s", features: &["compact"], ..fast("spirals") },
            fast("digits"),
            fast("autoneb_digits"),
            fast("reader"),
            fast("resume"),
            fast("cloud"),
            fast("flatness"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
    Board {
        name: "RV32IMAC, virt",
        triple: "riscv32imac-unknown-none-elf",
        package: "losscape-riscv",
        emulator: install::QEMU_RISCV,
        machine: "-M virt -bios none",
        programs: &[
            fast("xor"),
            fast("spirals"),
            fast("digits"),
            fast("autoneb_xor"),
            fast("reader"),
            fast("resume"),
            fast("cloud"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
];
