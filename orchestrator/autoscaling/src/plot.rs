//! A plot of autoscalers on a trace: demand, ready capacity, and every decision.

use plotters::{coord::Shift, prelude::*};

use super::{setup::Setup, simulator::SimulationOutcome};

const WIDTH: u32 = 1200;
/// The size of one autoscaler's panel.
const HEIGHT: u32 = 300;
/// The most columns of a panel; a longer trace shows the highest demand and the least capacity of each.
const COLUMNS: usize = 1500;

const DEMAND: RGBColor = RGBColor(116, 154, 194);
const CAPACITY: RGBColor = RGBColor(36, 41, 47);
const PRESENT: RGBColor = RGBColor(170, 176, 184);
const MORE: RGBColor = RGBColor(191, 97, 27);
const FEWER: RGBColor = RGBColor(46, 125, 80);
const MISSED: RGBColor = RGBColor(200, 30, 40);

#[derive(Debug, thiserror::Error)]
#[error("the plot cannot be drawn: {0}")]
pub struct PlotError(String);

/// An SVG with one panel for each autoscaler. `demand` is the mean demand of each step, in requests per second.
pub fn svg(
    title: &str,
    setup: &Setup,
    demand: &[f64],
    autoscalers: &[(&str, &SimulationOutcome)],
) -> Result<String, PlotError> {
    let mut picture = String::new();
    draw(&mut picture, title, setup, demand, autoscalers).map_err(|error| PlotError(error.to_string()))?;
    Ok(picture)
}

fn draw(
    picture: &mut String,
    title: &str,
    setup: &Setup,
    demand: &[f64],
    autoscalers: &[(&str, &SimulationOutcome)],
) -> Result<(), Box<dyn std::error::Error>> {
    let height = 60 + HEIGHT * u32::try_from(autoscalers.len().max(1))?;
    let root = SVGBackend::with_string(picture, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    root.draw_text(title, &("sans-serif", 20).into_font().color(&CAPACITY), (14, 10))?;
    let legend = [
        (DEMAND, "demand, in replicas' worth"),
        (CAPACITY, "replicas ready"),
        (PRESENT, "ready or starting"),
        (MORE, "▲ more"),
        (FEWER, "▼ fewer"),
        (MISSED, "demand above capacity"),
    ];
    let mut left = 14;
    for (color, words) in legend {
        root.draw(&Rectangle::new([(left, 40), (left + 12, 52)], color.filled()))?;
        root.draw_text(words, &("sans-serif", 14).into_font().color(&CAPACITY), (left + 18, 39))?;
        left += 40 + 8 * i32::try_from(words.chars().count())?;
    }
    let (_, body) = root.split_vertically(60);
    for (panel, (name, outcome)) in body.split_evenly((autoscalers.len().max(1), 1)).iter().zip(autoscalers) {
        draw_panel(panel, name, setup, demand, outcome)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    name: &str,
    setup: &Setup,
    demand: &[f64],
    outcome: &SimulationOutcome,
) -> Result<(), Box<dyn std::error::Error>> {
    let hours = |step: usize| step as f64 * setup.step / 3600.0;
    let count = demand.len();
    let width = count.div_ceil(COLUMNS).max(1);
    let most = outcome.present.iter().copied().max().unwrap_or(1).max(1);
    let top = demand.iter().map(|demand| demand / setup.capacity).fold(f64::from(most), f64::max) * 1.08;
    let cost = outcome.cost_ratio.map_or("—".to_owned(), |ratio| format!("{ratio:.3} ×"));
    let caption = format!(
        "{name}: {cost} the optimum's cost, {:.2} % of steps short, {} changes",
        100.0 * outcome.violation_share,
        outcome.scale_ops
    );
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 15))
        .margin(8)
        .margin_right(20)
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..hours(count).max(1e-9), 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("hours")
        .y_desc("replicas")
        .label_style(("sans-serif", 12))
        .draw()?;
    let columns = || (0..count).step_by(width).map(|from| (from, (from + width).min(count)));
    let level = |values: &[u32], from: usize, to: usize| values[from..to].iter().copied().min().unwrap_or(0);
    // Corners only: a level that stays needs no point.
    let stairs = |heights: Vec<f64>| -> Vec<(f64, f64)> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for ((from, to), height) in columns().zip(heights) {
            match points.last_mut() {
                Some(last) if last.1 == height => last.0 = hours(to),
                _ => points.extend([(hours(from), height), (hours(to), height)]),
            }
        }
        points
    };
    let peak = |from: usize, to: usize| demand[from..to].iter().copied().fold(0.0, f64::max) / setup.capacity;
    let wanted = stairs(columns().map(|(from, to)| peak(from, to)).collect());
    chart.draw_series(AreaSeries::new(wanted, 0.0, DEMAND.mix(0.55)))?;
    let present = stairs(columns().map(|(from, to)| f64::from(level(&outcome.present, from, to))).collect());
    chart.draw_series(LineSeries::new(present, PRESENT.stroke_width(1)))?;
    let ready = stairs(columns().map(|(from, to)| f64::from(level(&outcome.ready, from, to))).collect());
    chart.draw_series(LineSeries::new(ready, CAPACITY.stroke_width(1)))?;
    let short = columns().filter_map(|(from, to)| {
        let missed = (from..to).any(|step| super::setup::need(demand[step], setup.capacity) > outcome.ready[step]);
        missed.then(|| Rectangle::new([(hours(from), 0.0), (hours(to), top * 0.02)], MISSED.filled()))
    });
    chart.draw_series(short)?;
    let marks = outcome.changes.iter().map(|change| {
        let color = if change.to > change.from { MORE } else { FEWER };
        let size = if change.to > change.from { 3 } else { -3 };
        TriangleMarker::new((hours(change.step), f64::from(change.to)), size, color.filled())
    });
    chart.draw_series(marks)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog, setup, simulator};

    #[test]
    fn every_decision_is_marked_and_the_misses_are_seen() {
        let demand: Vec<f64> = (0..400).map(|step| if step % 100 < 50 { 20.0 } else { 90.0 }).collect();
        let setup = setup::tests::setup(10.0);
        let outcome = |name: &str| {
            let mut autoscaler = catalog::find(name).expect("an autoscaler").on(&setup, &demand);
            simulator::run(&setup, &demand, autoscaler.as_mut(), |_| {})
        };
        let (one, two) = (outcome("hpa-80"), outcome("oracle"));
        let picture = svg("A <trace>", &setup, &demand, &[("hpa-80", &one), ("oracle", &two)]).expect("a picture");
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(picture.contains("A &lt;trace&gt;"), "the title is escaped");
        assert_eq!(
            picture.matches("<polygon").count(),
            2 + one.scale_ops + two.scale_ops,
            "two areas and all decisions"
        );
        assert!(picture.matches("#C81E28").count() > 1, "there are misses, and their legend");
    }

    #[test]
    fn an_empty_trace_and_one_without_demand_are_drawn() {
        let setup = setup::tests::setup(10.0);
        for demand in [vec![], vec![0.0; 3]] {
            let mut autoscaler = catalog::find("hpa-70").expect("an autoscaler").on(&setup, &demand);
            let outcome = simulator::run(&setup, &demand, autoscaler.as_mut(), |_| {});
            assert!(svg("Nothing", &setup, &demand, &[("hpa-70", &outcome)]).is_ok());
        }
    }
}
