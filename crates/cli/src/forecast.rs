//! The verbs of forecasts.

mod totals;

use crate::args::{Forecast, ForecastModel, Format, Mlflow};
use crate::output::Terminal;
use crate::verbs;
use puente_app::forecast::{
    self as command, ArticleList, ArticlePage, ArticleRow, ModelRow, Office, Prediction,
};
use puente_app::jobs::{JobResult, JobRow};
use puente_app::{App, Nothing};
use puente_core::Error;
use puente_forecast::mlflow::State;
use puente_forecast::train::Verdict;
use puente_forecast::{Kind, Place};

type Result<T> = std::result::Result<T, Error>;

pub fn forecast(terminal: &Terminal, app: &App, verb: Forecast) -> Result<()> {
    match verb {
        Forecast::Train {
            nit,
            model,
            horizon,
            by_warehouse,
        } => {
            let request = command::Train {
                nit,
                model: Some(kind(model)),
                horizon,
                by_place: by_warehouse,
            };
            let jobs = command::train(app, request)?;
            verbs::finish(terminal, app, &jobs, |jobs| show_trained(terminal, jobs))
        }
        Forecast::List => {
            let offices = command::offices(app, Nothing {})?;
            terminal.result(&offices, |offices| show_offices(terminal, offices));
            Ok(())
        }
        Forecast::Show {
            nit,
            search,
            article,
            warehouses,
            lead_days,
            service,
            limit,
        } => match article {
            Some(article) => {
                let request = command::One {
                    nit,
                    article,
                    place: warehouses.one(),
                    lead_days,
                    service,
                };
                let page = command::article(app, request)?;
                terminal.result(&page, |page| show_article(terminal, page));
                Ok(())
            }
            None => {
                let request = command::Search {
                    nit,
                    text: search,
                    places: warehouses.places(),
                    limit: Some(limit),
                    lead_days,
                    service,
                    ..command::Search::default()
                };
                let list = command::articles(app, request)?;
                terminal.result(&list, |list| show_list(terminal, list));
                Ok(())
            }
        },
        Forecast::Predict {
            nit,
            articles,
            warehouses,
            horizon,
        } => {
            let request = command::Predict {
                nit,
                articles,
                places: warehouses.places(),
                horizon,
            };
            let prediction = command::predict(app, request)?;
            terminal.result(&prediction, |prediction| {
                show_prediction(terminal, prediction)
            });
            Ok(())
        }
        Forecast::Totals {
            nit,
            search,
            warehouses,
        } => {
            let request = command::TotalsOf {
                nit,
                text: search,
                places: warehouses.places(),
                ..command::TotalsOf::default()
            };
            let totals = command::totals(app, request)?;
            terminal.result(&totals, |totals| totals::show(terminal, totals));
            Ok(())
        }
        Forecast::Export {
            nit,
            output,
            format,
            overwrite,
            table,
            totals,
            warehouses,
            lead_days,
            service,
        } => {
            let places = warehouses.places();
            let totals = totals.then(|| command::TotalsOf {
                places: places.clone(),
                ..command::TotalsOf::default()
            });
            let table = table.then(|| command::Search {
                places: places.clone(),
                lead_days,
                service,
                ..command::Search::default()
            });
            let format = format.map(|format| match format {
                Format::Csv => puente_app::movements::Format::Csv,
                Format::Xlsx => puente_app::movements::Format::Xlsx,
            });
            let request = command::Export {
                nit,
                path: output,
                table,
                totals,
                places,
                format,
                overwrite,
            };
            let written = command::export(app, request)?;
            terminal.result(&written, |written| {
                let rows = terminal.count(written.rows);
                let path = written.path.display();
                terminal
                    .line(terminal.fill("forecast.exported", &[("rows", &rows), ("path", &path)]));
            });
            Ok(())
        }
        Forecast::Compare { nit } => {
            let models = command::models(app, command::Models { nit: Some(nit) })?;
            terminal.result(&models, |models| show_models(terminal, models));
            Ok(())
        }
        Forecast::Use { id } => {
            let model = command::activate(app, command::Named { id })?;
            terminal.result(&model, |model| {
                terminal.line(terminal.fill("forecast.active", &[("id", &model.id)]));
            });
            Ok(())
        }
        Forecast::Mlflow(verb) => mlflow(terminal, app, &verb),
        Forecast::Remove { id, yes } => {
            let question = terminal.fill("forecast.remove?", &[("id", &id)]);
            verbs::confirm(terminal, yes, &question)?;
            let left = command::remove(app, command::Named { id: id.clone() })?;
            terminal.result(&left, |_| {
                terminal.line(terminal.fill("forecast.removed", &[("id", &id)]));
            });
            Ok(())
        }
    }
}

fn mlflow(terminal: &Terminal, app: &App, verb: &Mlflow) -> Result<()> {
    match verb {
        Mlflow::Status => {
            let status = command::status(app, Nothing {})?;
            terminal.result(&status, |status| show_status(terminal, status));
        }
        Mlflow::Test => {
            let tried = command::try_out(app, command::Try::default())?;
            terminal.result(&tried, |tried| {
                let values: [(&str, &dyn std::fmt::Display); 2] =
                    [("url", &tried.url), ("time", &tried.milliseconds)];
                terminal.line(terminal.fill("mlflow.answers", &values));
            });
        }
        Mlflow::Send => {
            let jobs = command::send_again(app, Nothing {})?;
            return verbs::finish(terminal, app, &jobs, |jobs| {
                let done = jobs
                    .iter()
                    .filter(|job| job.state == puente_jobs::State::Done)
                    .count();
                terminal.line(terminal.fill("mlflow.sent", &[("count", &done)]));
            });
        }
    }
    Ok(())
}

fn show_status(terminal: &Terminal, status: &command::Status) {
    if !status.configured {
        terminal.line(terminal.text("mlflow.off"));
    }
    let rows = status.runs.iter().map(|run| {
        let about = match (&run.error, &run.link) {
            (Some(error), _) => error.message.clone(),
            (None, Some(link)) => link.clone(),
            (None, None) => String::new(),
        };
        let state = match run.state {
            State::Waiting => "mlflow.state.waiting",
            State::Sent => "mlflow.state.sent",
            State::Failed => "mlflow.state.failed",
        };
        vec![
            run.model.clone(),
            terminal.text(state).to_owned(),
            run.attempts.to_string(),
            about,
        ]
    });
    let headings =
        ["col.model", "col.state", "col.attempts", "col.detail"].map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("mlflow.none"));
}

fn kind(model: ForecastModel) -> Kind {
    match model {
        ForecastModel::Puente => Kind::Puente,
        ForecastModel::Prophet => Kind::Prophet,
        ForecastModel::Xgboost => Kind::Xgboost,
        ForecastModel::SeasonalNaive => Kind::SeasonalNaive,
        ForecastModel::Mean12 => Kind::Mean12,
    }
}

fn show_trained(terminal: &Terminal, jobs: &[JobRow]) {
    for job in jobs {
        let Some(JobResult::Trained(report)) = &job.result else {
            continue;
        };
        let articles = terminal.count(report.articles as u64);
        let seconds = format!("{:.1}", report.seconds);
        terminal.line(terminal.fill(
            "forecast.trained",
            &[
                ("model", &report.model),
                ("articles", &articles),
                ("seconds", &seconds),
            ],
        ));
        let verdict = Verdict::of(report.rmsse, report.naive_rmsse);
        terminal.line(say(terminal, verdict, report.rmsse, report.naive_rmsse));
    }
}

fn say(terminal: &Terminal, verdict: Verdict, own: Option<f64>, naive: Option<f64>) -> String {
    let key = match verdict {
        Verdict::Better => "forecast.verdict.better",
        Verdict::Same => "forecast.verdict.same",
        Verdict::Worse => "forecast.verdict.worse",
        Verdict::Unknown => "forecast.verdict.unknown",
    };
    terminal.fill(
        key,
        &[
            ("own", &decimal(terminal, own, 3)),
            ("naive", &decimal(terminal, naive, 3)),
        ],
    )
}

fn show_offices(terminal: &Terminal, offices: &[Office]) {
    let rows = offices.iter().map(|office| {
        let name = |model: &Option<ModelRow>| match model {
            Some(model) => model.id.clone(),
            None => terminal.text("forecast.untrained").to_owned(),
        };
        vec![
            office.nit.clone(),
            office.name.clone(),
            terminal.count(office.movements),
            name(&office.active),
            name(&office.by_place),
        ]
    });
    let headings = [
        "col.nit",
        "col.name",
        "col.movements",
        "col.model",
        "col.model_by_place",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("forecast.none"));
}

/// The table of articles, for the demo too.
pub fn show_list(terminal: &Terminal, list: &ArticleList) {
    let meta = &list.model.meta;
    terminal.line(say(
        terminal,
        list.verdict,
        meta.scores.rmsse,
        meta.naive.rmsse,
    ));
    let rows = list
        .rows
        .iter()
        .map(|row| article_row(terminal, row))
        .collect();
    let headings = [
        "col.article",
        "col.class",
        "col.forecast_next",
        "col.range",
        "col.trend",
        "col.forecast_error",
        "col.reorder",
        "col.stake",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, rows, terminal.text("forecast.empty"));
    let amount = terminal.money(list.at_stake);
    terminal.line(terminal.fill("forecast.stake", &[("amount", &amount)]));
}

fn article_row(terminal: &Terminal, row: &ArticleRow) -> Vec<String> {
    let number = |value: f64| decimal(terminal, Some(value), 0);
    let percent = |share: f64| format!("{:+.0} %", share * 100.0);
    let class = if row.guess {
        terminal.text("forecast.guess").to_owned()
    } else {
        terminal
            .text(&format!("class.{}", row.class.as_str()))
            .to_owned()
    };
    vec![
        titled(&row.code, &row.description, row.place.as_ref(), terminal),
        class,
        number(row.next),
        format!("{} - {}", number(row.low), number(row.high)),
        row.trend.map_or_else(String::new, percent),
        decimal(terminal, row.error_ratio, 2),
        number(row.stock.reorder_point),
        row.at_stake
            .map_or_else(String::new, |amount| terminal.money(amount)),
    ]
}

/// An article, with its warehouse where each is forecast apart.
fn titled(code: &str, description: &str, place: Option<&Place>, terminal: &Terminal) -> String {
    match place {
        None => format!("{code} {description}"),
        Some(place) if place.code.is_empty() => {
            format!(
                "{code} {description} · {}",
                terminal.text("forecast.no_place")
            )
        }
        Some(place) => format!("{code} {description} · {} {}", place.code, place.name),
    }
}

fn show_article(terminal: &Terminal, page: &ArticlePage) {
    let row = &page.row;
    terminal.line(titled(
        &row.code,
        &row.description,
        row.place.as_ref(),
        terminal,
    ));
    terminal.line(say(
        terminal,
        row.verdict,
        page.scores.rmse,
        page.naive.rmse,
    ));
    let number = |value: f64| decimal(terminal, Some(value), 1);
    let stock = &row.stock;
    terminal.line(terminal.fill(
        "forecast.formula",
        &[
            ("demand", &number(stock.monthly_demand)),
            ("months", &decimal(terminal, Some(stock.lead_months), 2)),
            ("safety", &number(stock.safety_stock)),
            ("z", &decimal(terminal, Some(stock.z), 2)),
            ("deviation", &number(stock.deviation)),
            ("point", &number(stock.reorder_point)),
        ],
    ));
    let sold = page.history.iter().rev().take(12).rev().map(|month| {
        vec![
            month.month.clone(),
            number(month.quantity),
            String::new(),
            String::new(),
        ]
    });
    let expected = page.forecast.iter().map(|month| {
        vec![
            month.month.clone(),
            number(month.expected),
            number(month.low),
            number(month.high),
        ]
    });
    table_of_months(terminal, sold.chain(expected).collect());
}

fn show_prediction(terminal: &Terminal, prediction: &Prediction) {
    for article in &prediction.articles {
        terminal.line(titled(
            &article.article,
            &article.description,
            article.place.as_ref(),
            terminal,
        ));
        let rows = article.months.iter().map(|month| {
            let number = |value: f64| decimal(terminal, Some(value), 1);
            vec![
                month.month.clone(),
                number(month.expected),
                number(month.low),
                number(month.high),
            ]
        });
        table_of_months(terminal, rows.collect());
    }
}

fn table_of_months(terminal: &Terminal, rows: Vec<Vec<String>>) {
    let headings =
        ["col.month", "col.expected", "col.low", "col.high"].map(|key| terminal.text(key));
    terminal.table(&headings, rows, terminal.text("forecast.empty"));
}

fn show_models(terminal: &Terminal, models: &[ModelRow]) {
    let rows = models.iter().map(|model| {
        let scores = &model.meta.scores;
        vec![
            model.id.clone(),
            model.meta.kind.as_str().to_owned(),
            terminal.yes(model.meta.by_place()),
            decimal(terminal, scores.rmsse, 3),
            decimal(terminal, scores.mase, 3),
            decimal(terminal, scores.wape, 3),
            decimal(terminal, scores.bias, 3),
            decimal(terminal, scores.coverage, 3),
            decimal(terminal, model.meta.naive.rmsse, 3),
            terminal.yes(model.active),
        ]
    });
    let active = terminal.text("col.active");
    let headings = [
        terminal.text("col.model"),
        "",
        terminal.text("col.by_place"),
        ">RMSSE",
        ">MASE",
        ">WAPE",
        ">bias",
        ">80 %",
        ">RMSSE -12",
        active,
    ];
    terminal.table(
        &headings,
        rows.collect(),
        terminal.text("forecast.untrained"),
    );
}

fn decimal(terminal: &Terminal, value: Option<f64>, places: usize) -> String {
    let Some(value) = value else {
        return "-".to_owned();
    };
    let text = format!("{value:.places$}");
    text.replace('.', &terminal.lang.pick(',', '.').to_string())
}
