//! A network of one hidden layer, trained by Adam (Kingma and Ba, 2015).

use ndarray::{Array1, Array2, Axis, Zip};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Adam's decay rates of the mean gradient and of its square.
const MEAN: f64 = 0.9;
const SQUARE: f64 = 0.999;

/// tanh units between inputs and linear outputs. The inputs are expected to have a constant among them; the hidden layer
/// gets one of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Units × inputs.
    pub inner: Array2<f64>,
    /// Outputs × (units and the constant).
    pub outer: Array2<f64>,
    moments: [(Array2<f64>, Array2<f64>); 2],
    updates: i32,
}

impl Network {
    /// Random weights: small inside, almost none outside, so that all outputs begin alike.
    pub fn random(inputs: usize, units: usize, outputs: usize, chance: &mut ChaCha8Rng) -> Self {
        let mut weights =
            |rows, columns, size: f64| Array2::from_shape_simple_fn((rows, columns), || chance.gen_range(-size..size));
        Self::with(weights(units, inputs, 0.5), weights(outputs, units + 1, 0.01))
    }

    pub fn with(inner: Array2<f64>, outer: Array2<f64>) -> Self {
        let zeros = |like: &Array2<f64>| (Array2::zeros(like.raw_dim()), Array2::zeros(like.raw_dim()));
        let moments = [zeros(&inner), zeros(&outer)];
        Self { inner, outer, moments, updates: 0 }
    }

    /// Inputs as rows in, outputs as rows out.
    pub fn outputs(&self, inputs: &Array2<f64>) -> Array2<f64> {
        self.hidden(inputs).dot(&self.outer.t())
    }

    fn hidden(&self, inputs: &Array2<f64>) -> Array2<f64> {
        let units = inputs.dot(&self.inner.t()).mapv_into(f64::tanh);
        let ones = Array2::ones((inputs.nrows(), 1));
        ndarray::concatenate![Axis(1), units, ones]
    }

    /// One step against the gradients of a loss by the outputs, a row for each row of the inputs.
    pub fn descend(&mut self, inputs: &Array2<f64>, gradients: &Array2<f64>, rate: f64) {
        let count = inputs.nrows().max(1) as f64;
        let hidden = self.hidden(inputs);
        let outer = gradients.t().dot(&hidden) / count;
        let mut back = gradients.dot(&self.outer);
        back.zip_mut_with(&hidden, |back, unit| *back *= 1.0 - unit * unit);
        // The constant's column has no gradient.
        let units = self.inner.nrows();
        let inner = back.slice(ndarray::s![.., ..units]).t().dot(inputs) / count;
        self.updates = self.updates.saturating_add(1);
        let (young, long) = (1.0 - MEAN.powi(self.updates), 1.0 - SQUARE.powi(self.updates));
        let weights = [&mut self.inner, &mut self.outer];
        for ((weights, gradient), (mean, square)) in weights.into_iter().zip([inner, outer]).zip(&mut self.moments) {
            Zip::from(weights).and(&gradient).and(mean).and(square).for_each(|weight, gradient, mean, square| {
                *mean = MEAN * *mean + (1.0 - MEAN) * gradient;
                *square = SQUARE * *square + (1.0 - SQUARE) * gradient * gradient;
                *weight -= rate * (*mean / young) / ((*square / long).sqrt() + 1e-8);
            });
        }
    }
}

/// One row of inputs.
pub fn row(values: &[f64]) -> Array2<f64> {
    Array1::from(values.to_vec()).insert_axis(Axis(0))
}
